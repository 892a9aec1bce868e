import { AddAdministratorDocument, isMobile, normalMobile, type OrganisationFieldsFragment } from '@zhibu/api'
import { useQueryClient } from '@tanstack/react-query'
import { App, Button, Form, Input, Radio } from 'antd'
import { AccountSelect } from '../../kit/account-select'
import { Section } from '../../kit/detail-drawer'
import { InitialPassword } from '../../kit/initial-password'
import { userNameRule } from '../../kit/form-rules'
import { FormProblem } from '../../kit/form-problem'
import { useSubmit } from '../../kit/use-submit'
import { ask } from '../../net/ask'

interface Values { by: 'account' | 'new'; account?: string; displayName?: string; userName?: string; mobile?: string }

/** Makes an existing account an administrator, or creates one with the initial password. */
export function AddAdministrator({ organisation, onClose }: { organisation: OrganisationFieldsFragment; onClose: () => void }) {
  const [form] = Form.useForm<Values>()
  const by = Form.useWatch('by', form) ?? 'account'
  const queries = useQueryClient()
  const { message, modal } = App.useApp()
  const { submit, busy, problem } = useSubmit(form,
    async (values: Values) => (await ask(AddAdministratorDocument, { input: {
      organisation: organisation.id,
      account: values.by === 'account' ? values.account ?? null : null,
      displayName: values.by === 'new' ? values.displayName?.trim() ?? null : null,
      userName: values.by === 'new' ? values.userName?.trim() || null : null,
      mobile: values.by === 'new' && values.mobile ? normalMobile(values.mobile) : null,
    } })).directory.addAdministrator,
    async ({ createdAccount, oneTimePassword }, values) => {
      await queries.invalidateQueries({ queryKey: ['organisations'] })
      onClose()
      if (createdAccount) {
        modal.success({
          title: '管理员账号已创建',
          content: <>请通知 {values.displayName}：用{values.userName ? `用户名 ${values.userName}` : '手机号'}和<InitialPassword oneTime={oneTimePassword} />登录，并按提示修改密码。</>,
          okText: '知道了',
        })
      } else void message.success('管理员已设置')
    })
  return (
    <Section title="设置管理员">
      <Form<Values> name="administrator" form={form} layout="vertical" className="z-narrow" initialValues={{ by: 'account' }} onFinish={(values) => void submit(values)}>
        <Form.Item name="by" label="管理员来源">
          <Radio.Group options={[{ value: 'account', label: '已有账号' }, { value: 'new', label: '新建账号' }]} />
        </Form.Item>
        {by === 'account'
          ? <Form.Item name="account" label="账号" rules={[{ required: true, message: '请选择账号' }]}><AccountSelect none="没有找到，可改为新建账号" /></Form.Item>
          : (
            <>
              <Form.Item name="displayName" label="姓名" rules={[{ required: true, whitespace: true, message: '请输入姓名' }]}><Input maxLength={50} autoComplete="off" /></Form.Item>
              <Form.Item name="mobile" label="手机号" extra="手机号和用户名至少填写一项" dependencies={['userName']} rules={[
                ({ getFieldValue }) => ({ validator: (_rule, value: string | undefined) => {
                  if (!value) return getFieldValue('userName') ? Promise.resolve() : Promise.reject(new Error('请填写手机号或用户名'))
                  return isMobile(value) ? Promise.resolve() : Promise.reject(new Error('请输入 11 位手机号'))
                } }),
              ]} validateTrigger="onBlur">
                <Input inputMode="tel" maxLength={17} autoComplete="off" />
              </Form.Item>
              <Form.Item name="userName" label="用户名" rules={[userNameRule]}><Input maxLength={32} autoComplete="off" /></Form.Item>
            </>
          )}
        <FormProblem problem={problem} />
        <div className="z-actions">
          <Button onClick={onClose}>取消</Button>
          <Button type="primary" htmlType="submit" loading={busy}>确定</Button>
        </div>
      </Form>
    </Section>
  )
}
