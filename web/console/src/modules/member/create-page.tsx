import { CreateMemberDocument, OrganisationNameDocument, type CreateMemberMutation } from '@zhibu/api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Alert, App } from 'antd'
import { useEffect, useState } from 'react'
import { useNavigate } from 'react-router'
import { useScope } from '../../app/scope'
import { useSession } from '../../app/session'
import { FormPage } from '../../kit/form-page'
import { Page, useLink } from '../../kit/page'
import { QueryBoundary } from '../../kit/states'
import { TO_FAULT } from '../../kit/use-submit'
import { ask } from '../../net/ask'
import { BRANCHES } from './branch-fields'
import { MemberFields } from './fields'
import { inputOf, type MemberValues } from './form-values'
import { useMemberForm, WITHHELD } from './use-member-form'

const FIRST_SIGN_IN = <>用手机号和短信验证码登录；单位没有启用随机初始密码的，也可用初始密码 <b>ABC#123</b> 登录，并按提示修改密码。此前已有账号的，密码不变。</>

type Created = CreateMemberMutation['directory']['createMember']

/** 新增党员. The branch is filled in when the chosen range, or the own one, is a branch. */
export default function CreateMemberPage() {
  const { org } = useScope()
  const { roots } = useSession()
  const range = org ?? (roots.length === 1 ? roots[0]?.id : undefined) ?? null
  const branch = useQuery({
    queryKey: ['members', 'branch', range],
    queryFn: async ({ signal }) => {
      if (!range) return null
      const { id, type } = (await ask(OrganisationNameDocument, { id: range }, signal)).directory.organisation
      return BRANCHES.includes(type) ? id : null
    },
  })
  return (
    <Page title="新增党员" menu="member.info" hint="带 * 的为必填项。">
      <QueryBoundary query={branch}>{(known) => <Create key={known} branch={known} />}</QueryBoundary>
    </Page>
  )
}

function Create({ branch }: { branch: string | null }) {
  const { form, onValuesChange } = useMemberForm()
  const navigate = useNavigate()
  const link = useLink()
  const queries = useQueryClient()
  const { modal } = App.useApp()
  const [added, setAdded] = useState<string[]>([])
  useEffect(() => {
    if (added.length > 0) form.scrollToField('name', TO_FAULT)
  }, [added, form])
  return (
    <FormPage<MemberValues, Created>
      name="member" form={form} draft="member-new" withheld={WITHHELD} submitText="确定" onValuesChange={onValuesChange}
      initialValues={{ status: 'NORMAL', ...(branch ? { branch } : {}) }}
      cancelText={added.length > 0 ? '返回列表' : '取消'} onCancel={() => void navigate(link('/member/info'))}
      again={{
        text: '保存并继续新增',
        done: ({ name }, values) => {
          void queries.invalidateQueries({ queryKey: ['members'] })
          form.resetFields()
          form.setFieldsValue({ branch: values.branch })
          setAdded((names) => [...names, name])
        },
      }}
      send={async (values) => (await ask(CreateMemberDocument, { input: inputOf(values) })).directory.createMember}
      done={({ id, name }) => {
        void queries.invalidateQueries({ queryKey: ['members'] })
        void navigate(link(`/member/info?member=${id}`))
        modal.success({
          title: `已新增党员“${name}”`,
          content: <>请通知 {name}：{FIRST_SIGN_IN}</>,
          okText: '知道了',
        })
      }}
    >
      {added.length > 0 && (
        <Alert
          className="z-gap-bottom" type="success" showIcon role="status" title={`已新增党员“${added.at(-1) ?? ''}”，请填写下一名（所在党支部已保留）`}
          description={<>{added.length > 1 && `本次共新增 ${added.length} 名：${added.join('、')}。`}请通知本人：{FIRST_SIGN_IN}</>}
        />
      )}
      <MemberFields />
    </FormPage>
  )
}
