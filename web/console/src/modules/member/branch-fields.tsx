import { OrganisationTreeDocument, type OrgType } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { Form, Select } from 'antd'
import { OrgPicker } from '../../kit/org-picker'
import { ask } from '../../net/ask'

/** Kinds of organisation that have members of their own. */
export const BRANCHES: readonly OrgType[] = ['BRANCH', 'JOINT_BRANCH', 'PROVISIONAL_BRANCH', 'MOBILE_BRANCH']

/** 所在党支部 and 党小组; another branch empties the group. */
export function BranchFields({ label = '所在党支部' }: { label?: string }) {
  const form = Form.useFormInstance()
  const branch = Form.useWatch('branch', form) as string | null | undefined
  const groups = useQuery({
    queryKey: ['organisations', 'groups', branch],
    queryFn: async ({ signal }) => (await ask(OrganisationTreeDocument, { root: branch ?? null, depth: 1 }, signal)).directory.tree
      .filter((node) => node.type === 'PARTY_GROUP' && node.parentId === branch).map((node) => ({ value: node.id, label: node.shortName })),
    enabled: Boolean(branch),
  })
  const none = groups.data?.length === 0
  return (
    <>
      <Form.Item name="branch" label={label} rules={[{ required: true, message: '请选择党支部' }]}>
        <BranchPicker label={label} onPick={() => form.setFieldValue('group', null)} />
      </Form.Item>
      <Form.Item name="group" label="党小组">
        <Select allowClear loading={groups.isFetching} disabled={!branch || none} options={groups.data ?? []}
          placeholder={!branch ? '请先选择党支部' : none ? '该党支部没有党小组' : '请选择，可不选'} />
      </Form.Item>
    </>
  )
}

interface BranchPickerProps { id?: string; value?: string | null; onChange?: (id: string | null) => void; label: string; onPick: () => void }

const BranchPicker = ({ id, value, onChange, label, onPick }: BranchPickerProps) => (
  <OrgPicker
    {...(id ? { id } : {})} label={label} value={value ?? null} kinds={BRANCHES} placeholder="请选择，可输入名称查找" className="z-block"
    onChange={(next) => {
      onChange?.(next)
      onPick()
    }}
  />
)
