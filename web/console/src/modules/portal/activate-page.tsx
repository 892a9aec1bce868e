import { ActivateDocument, normalMobile } from '@zhibu/api'
import { Button, Form, Input, Radio } from 'antd'
import { useEffect, useState } from 'react'
import { Link } from 'react-router'
import { mobileRule, userNameRule } from '../../kit/form-rules'
import { FormProblem } from '../../kit/form-problem'
import { useSubmit } from '../../kit/use-submit'
import { post } from '../../net/post'
import { ActivationProgressView } from './activation-progress'

const TICKET = 'zhibu.activation'

interface Values { code: string; organisationName: string; by: 'mobile' | 'userName'; mobile?: string; userName?: string }

/** 入驻激活: an activation code opens a new organisation; the page then follows the opening. */
export default function ActivatePage() {
  const [ticket, setTicket] = useState(() => sessionStorage.getItem(TICKET))
  useEffect(() => { document.title = '入驻激活 · 支部' }, [])
  const follow = (next: string | null) => {
    if (next) sessionStorage.setItem(TICKET, next)
    else sessionStorage.removeItem(TICKET)
    setTicket(next)
  }
  return (
    <div className="z-panel">
      <h1>入驻激活</h1>
      {ticket ? <ActivationProgressView ticket={ticket} onAgain={() => follow(null)} /> : <ActivationForm onTicket={follow} />}
      <p className="z-panel-foot"><Link to="/portal/login">返回首页</Link><span>已经入驻？<Link to="/portal/sign-in">去登录</Link></span></p>
    </div>
  )
}

function ActivationForm({ onTicket }: { onTicket: (ticket: string) => void }) {
  const [form] = Form.useForm<Values>()
  const by = Form.useWatch('by', form) ?? 'mobile'
  const { submit, busy, problem } = useSubmit(form,
    async (values: Values) => (await post(ActivateDocument, { input: {
      code: values.code.trim().toUpperCase(),
      organisationName: values.organisationName.trim(),
      mobile: values.by === 'mobile' ? normalMobile(values.mobile ?? '') : null,
      userName: values.by === 'userName' ? values.userName?.trim() ?? null : null,
    } }, 'tenant')).system.activate.ticket,
    onTicket)
  return (
    <Form name="activate" form={form} layout="vertical" size="large" requiredMark={false} initialValues={{ by: 'mobile' }} onFinish={(values) => void submit(values)}>
      <Form.Item name="code" label="激活码" extra="激活码在订购后获得，一个激活码只能开通一个组织" rules={[{ required: true, whitespace: true, message: '请输入激活码' }]}>
        <Input autoComplete="off" maxLength={40} className="z-code" />
      </Form.Item>
      <Form.Item name="organisationName" label="入驻党组织名称" rules={[
        { required: true, whitespace: true, message: '请输入入驻党组织名称' }, { min: 2, max: 100, message: '名称为 2 至 100 个字' }]}>
        <Input maxLength={100} placeholder="如：中共某某市某某局机关委员会" />
      </Form.Item>
      <Form.Item name="by" label="管理员账号使用">
        <Radio.Group options={[{ value: 'mobile', label: '手机号' }, { value: 'userName', label: '用户名' }]} />
      </Form.Item>
      {by === 'mobile' ? (
        <Form.Item name="mobile" label="管理员手机号" extra="首次登录时，验证码将发送到此手机" validateTrigger="onBlur" rules={[
          { required: true, message: '请输入管理员手机号' },
          mobileRule,
        ]}>
          <Input inputMode="tel" maxLength={17} />
        </Form.Item>
      ) : (
        <Form.Item name="userName" label="管理员用户名" extra="2 至 32 个字符，可用字母、数字、汉字和 _ . -" validateTrigger="onBlur" rules={[
          { required: true, message: '请输入管理员用户名' },
          userNameRule,
        ]}>
          <Input maxLength={32} autoComplete="off" />
        </Form.Item>
      )}
      <FormProblem problem={problem} />
      <Button type="primary" htmlType="submit" block loading={busy}>激活并开通</Button>
    </Form>
  )
}
