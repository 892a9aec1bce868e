import { AbilitiesDocument, AccessDocument, type UserRowFragment } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { Alert, Form, Modal, Select, Table } from 'antd'
import { useState } from 'react'
import { OrgPicker } from '../../../kit/org-picker'
import { ErrorState, Loading } from '../../../kit/states'
import { ask } from '../../../net/ask'

/** 权限说明: whether a person may do something, with one organisation or at all, and why. */
export default function AccessDialog({ user, onClose }: { user: UserRowFragment; onClose: () => void }) {
  const [permission, setPermission] = useState<string | null>(null)
  const [organisation, setOrganisation] = useState<string | null>(null)
  const abilities = useQuery({
    queryKey: ['abilities'],
    queryFn: async ({ signal }) => (await ask(AbilitiesDocument, {}, signal)).system.abilities,
    staleTime: Infinity,
  })
  const access = useQuery({
    queryKey: ['access', user.id, permission, organisation],
    queryFn: async ({ signal }) => (await ask(AccessDocument, { account: user.id, permission: permission ?? '', organisation }, signal)).system.access,
    enabled: permission !== null,
  })
  const modules = [...new Set(abilities.data?.map((one) => one.module))]
  const options = modules.map((module) => ({
    label: module,
    title: module,
    options: (abilities.data ?? []).filter((one) => one.module === module).map((one) => ({ value: one.key, label: one.label })),
  }))
  return (
    <Modal open title={`权限说明：${user.displayName}`} footer={null} onCancel={onClose} width={640}>
      <Form layout="vertical">
        <Form.Item label="想做什么" htmlFor="access-permission">
          <Select id="access-permission" showSearch={{ optionFilterProp: 'label' }} placeholder="请选择操作" loading={abilities.isPending}
            options={options} value={permission} onChange={setPermission} notFoundContent={abilities.isError ? '没有取到，请关闭后重试' : '没有这项操作'} />
        </Form.Item>
        <Form.Item label="对哪个组织（可不选）" htmlFor="access-organisation">
          <OrgPicker id="access-organisation" label="对哪个组织" value={organisation} onChange={setOrganisation} />
        </Form.Item>
      </Form>
      {permission !== null && access.isPending && <Loading />}
      {access.isError && <ErrorState error={access.error} onRetry={() => void access.refetch()} />}
      {access.data && (
        <div role="status">
          <Alert className="z-gap-bottom" showIcon type={access.data.allowed ? 'success' : 'warning'} title={access.data.sentence} />
          <Table size="small" pagination={false} rowKey={(role) => `${role.label} ${role.organisation.id}`} dataSource={access.data.roles}
            locale={{ emptyText: '没有担任任何角色' }}
            columns={[
              { title: '角色', dataIndex: 'label' },
              { title: '所在组织', render: (_, role) => role.organisation.shortName },
              { title: '此项权限的范围', render: (_, role) => role.reach ?? '没有此项权限' },
            ]} />
        </div>
      )}
    </Modal>
  )
}
