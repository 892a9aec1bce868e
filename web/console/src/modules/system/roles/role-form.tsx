import { AbilitiesDocument, ChangeRoleDocument, CreateRoleDocument, type RoleFieldsFragment, type RoleReach } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { App, Button, Checkbox, Form, Input, Radio } from 'antd'
import { DetailDrawer } from '../../../kit/detail-drawer'
import { FormProblem } from '../../../kit/form-problem'
import { QueryBoundary } from '../../../kit/states'
import { useSubmit } from '../../../kit/use-submit'
import { ask } from '../../../net/ask'
import '../../../styles/roles.css'
import { REACHES } from './words'

interface Values { name: string; note?: string; reach: RoleReach; permissions: string[] }
interface RoleFormProps {
  /** Nothing for a new one. */
  role: RoleFieldsFragment | null
  grantable: readonly string[]
  onClose: () => void
  onSaved: (all: readonly RoleFieldsFragment[]) => void
}

/** A role of the tenant's own: what it allows and how far. */
export function RoleForm({ role, grantable, onClose, onSaved }: RoleFormProps) {
  const [form] = Form.useForm<Values>()
  const { message } = App.useApp()
  const abilities = useQuery({ queryKey: ['abilities'], queryFn: async ({ signal }) => (await ask(AbilitiesDocument, {}, signal)).system.abilities, staleTime: Infinity })
  const { submit, busy, problem } = useSubmit(form,
    async ({ name, note, ...values }: Values) => {
      const input = { ...values, name: name.trim(), note: note?.trim() || null }
      return role
        ? (await ask(ChangeRoleDocument, { role: role.key, version: role.version, input })).system.changeRole
        : (await ask(CreateRoleDocument, { input })).system.createRole
    },
    (all, { name }) => {
      void message.success(role ? `角色“${name.trim()}”已修改，对所有担任者立即生效` : `角色“${name.trim()}”已新增，请指定人员`)
      onSaved(all)
    })
  return (
    <DetailDrawer open title={role ? `修改角色：${role.name}` : '新增角色'} onClose={onClose} size={560} sticky>
      <QueryBoundary query={abilities}>
        {(all) => {
          const offered = all.filter((one) => grantable.includes(one.key))
          return (
            <Form<Values> name="role" form={form} layout="vertical" onFinish={(values) => void submit(values)}
              initialValues={{ name: role?.name ?? '', note: role?.note ?? '', reach: role?.reach ?? 'SUBTREE', permissions: role?.rights.map((right) => right.key) ?? [] }}>
              <Form.Item name="name" label="角色名称" rules={[{ required: true, whitespace: true, message: '请输入角色名称' }]}>
                <Input maxLength={20} showCount placeholder="如：党费专干" autoComplete="off" />
              </Form.Item>
              <Form.Item name="note" label="说明"><Input maxLength={100} showCount autoComplete="off" /></Form.Item>
              <Form.Item name="reach" label="数据范围" extra="从担任此角色的组织算起">
                <Radio.Group options={(Object.keys(REACHES) as RoleReach[]).map((value) => ({ value, label: REACHES[value] }))} />
              </Form.Item>
              <Form.Item name="permissions" label="权限（至少选择一项）"
                rules={[{ validator: (_rule, chosen: string[]) => (chosen.length > 0 ? Promise.resolve() : Promise.reject(new Error('请至少选择一项权限'))) }]}>
                <Checkbox.Group className="z-rights">
                  {[...new Set(offered.map((one) => one.module))].map((module) => (
                    <fieldset key={module}>
                      <legend>{module}</legend>
                      {offered.filter((one) => one.module === module).map((one) => <Checkbox key={one.key} value={one.key}>{one.label}</Checkbox>)}
                    </fieldset>
                  ))}
                </Checkbox.Group>
              </Form.Item>
              <FormProblem problem={problem} />
              <div className="z-actions">
                <Button onClick={onClose}>取消</Button>
                <Button type="primary" htmlType="submit" loading={busy}>保存</Button>
              </div>
            </Form>
          )
        }}
      </QueryBoundary>
    </DetailDrawer>
  )
}
