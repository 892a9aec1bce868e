import { OrganisationsDocument } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { TreeSelect } from 'antd'
import { useState } from 'react'
import { useOrgTree } from '../../kit/use-org-tree'
import { useSettled } from '../../kit/use-settled'
import { ask } from '../../net/ask'
import type { Chosen } from './form-values'

interface OrgsSelectProps { id?: string; label: string; value?: Chosen[]; onChange?: (value: Chosen[]) => void }
interface TreeOption { id: string; value: string; pId: string | number; title: string; isLeaf: boolean; disabled?: boolean }

/** Several organisations from the tree of the own range, each with all below it. */
export function OrgsSelect({ id, label, value = [], onChange }: OrgsSelectProps) {
  const { nodes, missing, loading, load } = useOrgTree(null)
  const [typed, setTyped] = useState('')
  const search = useSettled(typed)
  const found = useQuery({
    queryKey: ['organisations', 'found', search],
    queryFn: async ({ signal }) => (await ask(OrganisationsDocument, { first: 30, offset: 0, filter: { search } }, signal)).directory.organisations.nodes
      .map((one): TreeOption => ({ id: one.id, value: one.id, pId: 0, isLeaf: true, title: one.parent ? `${one.shortName}（${one.parent.shortName}）` : one.shortName })),
    enabled: search !== '',
  })
  const present = new Set(nodes.map((node) => node.id))
  const tree: TreeOption[] = [
    ...nodes.map((node) => ({
      id: node.id, value: node.id, pId: node.parentId !== null && present.has(node.parentId) ? node.parentId : 0, title: node.shortName, isLeaf: node.childCount === 0,
    })),
    ...[...missing].map(([parent, count]) => ({ id: `${parent}-rest`, value: `${parent}-rest`, pId: parent, title: `还有 ${count} 个下级未显示，请输入名称查找`, isLeaf: true, disabled: true })),
  ]
  const waits = loading || found.isFetching || search !== typed.trim()
  return (
    <TreeSelect
      id={id} aria-label={label} placeholder="请选择组织，可选多个" multiple treeDataSimpleMode labelInValue allowClear loading={loading || found.isFetching}
      treeDefaultExpandedKeys={nodes.filter((node) => node.parentId === null || !present.has(node.parentId)).map((node) => node.id)}
      showSearch={{ filterTreeNode: false, searchValue: typed, onSearch: setTyped }}
      notFoundContent={waits ? '正在查找…' : '没有找到，请核对组织名称'}
      popupMatchSelectWidth={340}
      value={value}
      onChange={(next: { value: string; label?: unknown }[]) => {
        setTyped('')
        onChange?.(next.map((one) => ({ value: one.value, label: value.find((old) => old.value === one.value)?.label ?? String(one.label) })))
      }}
      treeData={typed.trim() ? (search === typed.trim() ? found.data ?? [] : []) : tree}
      loadData={(node) => load(String(node.value))}
    />
  )
}
