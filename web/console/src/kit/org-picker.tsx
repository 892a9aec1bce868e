import { OrganisationNameDocument, OrganisationsDocument, type OrgType } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { TreeSelect } from 'antd'
import { useState } from 'react'
import { ask } from '../net/ask'
import { useOrgTree } from './use-org-tree'
import { useSettled } from './use-settled'

interface OrgPickerProps {
  id?: string
  label: string
  value?: string | null
  onChange?: (id: string | null) => void
  placeholder?: string
  className?: string
  /** Only these kinds can be chosen; the others lead to them. */
  kinds?: readonly OrgType[]
}

interface PickerNode { id: string; value: string; pId: string | number; title: string; isLeaf: boolean; selectable?: boolean; disabled?: boolean }

/** Organisations whose name holds a text, wherever in the range they are. */
function useFound(search: string, kinds: readonly OrgType[] | undefined) {
  return useQuery({
    queryKey: ['organisations', 'found', search, kinds],
    queryFn: async ({ signal }) => (await ask(OrganisationsDocument, {
      first: 30, offset: 0, filter: { search, types: kinds ? [...kinds] : null },
    }, signal)).directory.organisations.nodes.map((one): PickerNode => ({
      id: one.id, value: one.id, pId: 0, isLeaf: true, title: one.parent ? `${one.shortName}（${one.parent.shortName}）` : one.shortName,
    })),
    enabled: search !== '',
  })
}

/** Chooses one organisation from the lazily loaded tree of the own range. */
export function OrgPicker({ id, label, value, onChange, placeholder = '请选择组织', className = '', kinds }: OrgPickerProps) {
  const { nodes, missing, loading, load } = useOrgTree(null)
  const [typed, setTyped] = useState('')
  const search = useSettled(typed)
  const found = useFound(search, kinds)
  const known = nodes.find((node) => node.id === value)
  const name = useQuery({
    queryKey: ['organisations', 'name', value],
    queryFn: async ({ signal }) => (await ask(OrganisationNameDocument, { id: value ?? '' }, signal)).directory.organisation.shortName,
    enabled: Boolean(value) && !known && !loading,
    staleTime: 60_000,
  })
  const present = new Set(nodes.map((node) => node.id))
  const tree: PickerNode[] = [
    ...nodes.map((node) => ({
      id: node.id, value: node.id, pId: node.parentId !== null && present.has(node.parentId) ? node.parentId : 0,
      title: node.shortName, isLeaf: node.childCount === 0, selectable: !kinds || kinds.includes(node.type),
    })),
    ...[...missing].map(([parent, count]) => ({
      id: `${parent}-rest`, value: `${parent}-rest`, pId: parent, title: `还有 ${count} 个下级未显示`, isLeaf: true, disabled: true,
    })),
  ]
  return (
    <TreeSelect
      id={id}
      aria-label={label}
      className={className}
      treeDataSimpleMode
      treeDefaultExpandedKeys={nodes.filter((node) => node.parentId === null || !present.has(node.parentId)).map((node) => node.id)}
      labelInValue
      allowClear
      showSearch={{ filterTreeNode: false, searchValue: typed, onSearch: setTyped }}
      {...(kinds ? { treeExpandAction: 'click' as const } : {})}
      treeTitleRender={(node) => (node.selectable === false ? <span className="z-muted">{node.title}</span> : node.title)}
      loading={loading || found.isFetching}
      notFoundContent={loading || found.isFetching || search !== typed.trim() ? '正在查找…' : '没有找到，请核对组织名称'}
      placeholder={placeholder}
      popupMatchSelectWidth={340}
      value={value ? { value, label: known?.shortName ?? name.data ?? '…' } : null}
      onChange={(next: { value: string; label?: unknown } | null | undefined) => {
        setTyped('')
        onChange?.(next?.value ?? null)
      }}
      treeData={typed.trim() ? (search === typed.trim() ? found.data ?? [] : []) : tree}
      loadData={(node) => load(String(node.value))}
    />
  )
}
