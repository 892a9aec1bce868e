import { orgTypes } from '@zhibu/api'
import { Tree, type TreeDataNode } from 'antd'
import { useMemo, useState } from 'react'
import { EmptyState, ErrorState, Loading } from '../../kit/states'
import { missingWords, nestNodes, useOrgTree, type TreeNode } from '../../kit/use-org-tree'

/** The organisations of the range as a tree that loads level by level. */
export function OrganisationTree({ root, chosen, onChoose }: { root: string | null; chosen: string | null; onChoose: (id: string) => void }) {
  const { nodes, missing, loading, error, retry, load } = useOrgTree(root)
  const { tops, childrenOf } = useMemo(() => nestNodes(nodes), [nodes])
  const [open, setOpen] = useState<string[] | null>(null)
  if (error) return <ErrorState error={error} onRetry={retry} />
  if (loading) return <Loading />
  if (tops.length === 0) return <EmptyState text="管理范围内没有组织" />
  const rest = (id: string): TreeDataNode[] => {
    const count = missing.get(id)
    return count ? [{ key: `${id}-rest`, title: <span className="z-muted">{missingWords(count)}</span>, isLeaf: true, selectable: false }] : []
  }
  const data = (node: TreeNode): TreeDataNode => ({
    key: node.id,
    title: <span title={orgTypes[node.type].label}>{node.shortName}{node.childCount > 0 && <span className="z-count">{node.childCount}</span>}</span>,
    isLeaf: node.childCount === 0,
    children: [...childrenOf(node.id).map(data), ...rest(node.id)],
  })
  return (
    <Tree
      blockNode
      aria-label="组织树"
      treeData={tops.map(data)}
      selectedKeys={chosen ? [chosen] : []}
      expandedKeys={open ?? tops.map((node) => node.id)}
      onExpand={(keys) => setOpen(keys.map(String))}
      onSelect={(_keys, { node }) => onChoose(String(node.key))}
      loadData={(node) => (childrenOf(String(node.key)).length > 0 ? Promise.resolve() : load(String(node.key)))}
    />
  )
}
