import { OrganisationNameDocument } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { TreeSelect } from 'antd'
import { ask } from '../net/ask'
import { useOrgTree } from './use-org-tree'

interface OrgPickerProps {
  id?: string
  label: string
  value?: string | null
  onChange?: (id: string | null) => void
  placeholder?: string
  className?: string
}

/** Chooses one organisation from the lazily loaded tree of the own range. */
export function OrgPicker({ id, label, value, onChange, placeholder = '请选择组织', className = '' }: OrgPickerProps) {
  const { nodes, missing, loading, load } = useOrgTree(null)
  const known = nodes.find((node) => node.id === value)
  const name = useQuery({
    queryKey: ['organisations', 'name', value],
    queryFn: async ({ signal }) => (await ask(OrganisationNameDocument, { id: value ?? '' }, signal)).directory.organisation.shortName,
    enabled: Boolean(value) && !known && !loading,
    staleTime: 60_000,
  })
  const present = new Set(nodes.map((node) => node.id))
  return (
    <TreeSelect
      id={id}
      aria-label={label}
      className={className}
      treeDataSimpleMode
      treeDefaultExpandedKeys={nodes.filter((node) => node.parentId === null || !present.has(node.parentId)).map((node) => node.id)}
      labelInValue
      allowClear
      showSearch={{ treeNodeFilterProp: 'title' }}
      loading={loading}
      placeholder={placeholder}
      popupMatchSelectWidth={340}
      value={value ? { value, label: known?.shortName ?? name.data ?? '…' } : null}
      onChange={(next: { value: string; label?: unknown } | null | undefined) => onChange?.(next?.value ?? null)}
      treeData={[
        ...nodes.map((node) => ({
          id: node.id,
          value: node.id,
          pId: node.parentId !== null && present.has(node.parentId) ? node.parentId : 0,
          title: node.shortName,
          isLeaf: node.childCount === 0,
        })),
        ...[...missing].map(([parent, count]) => ({ id: `${parent}-rest`, value: `${parent}-rest`, pId: parent, title: `还有 ${count} 个下级未显示`, isLeaf: true, disabled: true })),
      ]}
      loadData={(node) => load(String(node.value))}
    />
  )
}
