import { RestoreMemberDocument, type MemberFactsFragment } from '@zhibu/api'
import { useQueryClient } from '@tanstack/react-query'
import { Alert, App, Form, Modal } from 'antd'
import { useState } from 'react'
import { FormProblem } from '../../kit/form-problem'
import { useSubmit } from '../../kit/use-submit'
import { ask } from '../../net/ask'
import { asRequestError, RequestError } from '../../net/errors'
import { BranchFields } from './branch-fields'

interface Values { branch?: string; group?: string | null }

/** The server's refusal, with what helps when the number is used by somebody else meanwhile. */
function explained(problem: RequestError | null): RequestError | null {
  if (problem?.fields[0]?.path[0] !== 'mobile') return problem
  return new RequestError(problem.code, `${problem.message}。请先核对使用该号码的党员或账号，更换其手机号后再还原。`, [], problem.retryAfter, problem.traceId)
}

/** 还原: takes a former member back, to the last branch or, when it is gone, to another one. */
export function RestoreMember({ one, onClose, onDone }: { one: MemberFactsFragment; onClose: () => void; onDone: () => void }) {
  const [form] = Form.useForm<Values>()
  const queries = useQueryClient()
  const { message } = App.useApp()
  const [gone, setGone] = useState(false)
  const { submit, busy, problem } = useSubmit(form,
    async ({ branch, group }: Values) => {
      try {
        return (await ask(RestoreMemberDocument, { id: one.id, branch: branch ?? null, group: group ?? null })).directory.restoreMember
      } catch (cause) {
        if (asRequestError(cause).code === 'BRANCH_GONE') setGone(true)
        throw cause
      }
    },
    async ({ name, branch }) => {
      onClose()
      onDone()
      void message.success(`已将“${name}”还原到${branch.shortName}`)
      await Promise.all(['members', 'former-members'].map((key) => queries.invalidateQueries({ queryKey: [key] })))
    })
  return (
    <Modal open title={`还原“${one.name}”`} okText="还原" cancelText="取消" width={480} confirmLoading={busy} onOk={form.submit} onCancel={onClose}>
      <p>{gone
        ? '还原后，该党员回到党员信息，登录账号重新启用。'
        : `还原后，${one.name}回到“${one.branch.shortName}”，登录账号重新启用。原党内职务不恢复，如需任职请另行设置。`}</p>
      <Form<Values> name="restore-member" form={form} layout="vertical" onFinish={(values) => void submit(values)}>
        {gone && <Alert className="z-gap-bottom" type="warning" showIcon title={`原党支部“${one.branch.shortName}”已不存在或不在您的管理范围，请选择接收党支部。`} />}
        {gone && <BranchFields label="接收党支部" />}
        {problem?.code !== 'BRANCH_GONE' && <FormProblem problem={explained(problem)} />}
      </Form>
    </Modal>
  )
}
