import { MinusOutlined, PlusOutlined } from '@ant-design/icons'
import { orgTypes } from '@zhibu/api'
import { App, Button } from 'antd'
import { useMemo, useState } from 'react'
import { EmptyState, ErrorState, Loading } from '../../kit/states'
import { StatusTag } from '../../kit/status-tag'
import { missingWords, nestNodes, useOrgTree, type TreeNode } from '../../kit/use-org-tree'
import { errorSentence } from '../../net/errors'

const MOST = 200

interface Drawing {
  childrenOf: (id: string) => TreeNode[]
  open: ReadonlySet<string>
  flip: (node: TreeNode) => void
  onOpen: (id: string) => void
  onList: (id: string) => void
}

/** 组织架构: cards joined by lines, from left to right; branches open on demand, at most 200 cards. */
export function OrganisationChart({ root, onOpen, onList }: { root: string | null; onOpen: (id: string) => void; onList: (id: string) => void }) {
  const { nodes, loading, error, retry, load } = useOrgTree(root)
  const { tops, childrenOf } = useMemo(() => {
    const nested = nestNodes(nodes)
    return { tops: nested.tops, childrenOf: (id: string) => nested.childrenOf(id).slice(0, MOST) }
  }, [nodes])
  const { message } = App.useApp()
  const [changed, setChanged] = useState<Record<string, boolean>>({})
  if (error) return <div className="z-card"><ErrorState error={error} onRetry={retry} /></div>
  if (loading) return <div className="z-card"><Loading /></div>
  if (tops.length === 0) return <div className="z-card"><EmptyState text="管理范围内没有组织" /></div>

  const topIds = new Set(tops.map((node) => node.id))
  const open = new Set(nodes.filter((node) => changed[node.id] ?? topIds.has(node.id)).map((node) => node.id))
  const shown = count(tops, childrenOf, open)
  const flip = (node: TreeNode) => {
    if (open.has(node.id)) {
      setChanged({ ...changed, [node.id]: false })
      return
    }
    if (shown + node.childCount > MOST) {
      void message.warning(`架构图最多显示 ${MOST} 个组织，请先收起其他分支，或在左侧选择下级组织`)
      return
    }
    load(node.id).then(
      () => setChanged((now) => ({ ...now, [node.id]: true })),
      (cause: unknown) => message.error(errorSentence(cause), 6),
    )
  }
  return (
    <div className="z-card">
      <p className="z-muted">点击组织名称查看详情，点击加减号展开或收起下级。当前显示 {shown} 个组织。</p>
      <div className="z-chart" role="region" aria-label="组织架构图" tabIndex={0}>
        <Level nodes={tops} drawing={{ childrenOf, open, flip, onOpen, onList }} />
      </div>
    </div>
  )
}

/** Siblings; `rest` is their superior when it has more than these. */
function Level({ nodes, drawing, rest }: { nodes: TreeNode[]; drawing: Drawing; rest?: TreeNode | undefined }) {
  return (
    <ul>
      {nodes.map((node) => {
        const isOpen = drawing.open.has(node.id)
        const children = drawing.childrenOf(node.id)
        return (
          <li key={node.id}>
            <div className="z-chart-card">
              <button type="button" className="z-chart-name" onClick={() => drawing.onOpen(node.id)}>{node.shortName}</button>
              <div className="z-inline"><StatusTag dict={orgTypes} value={node.type} /><span className="z-muted">{node.administrators.length > 0 ? node.administrators.join('、') : '未设管理员'}</span></div>
              {node.childCount > 0 && (
                <Button className="z-chart-flip" size="small" shape="round" aria-expanded={isOpen} icon={isOpen ? <MinusOutlined aria-hidden /> : <PlusOutlined aria-hidden />}
                  aria-label={`${isOpen ? '收起' : '展开'} ${node.shortName} 的 ${node.childCount} 个下级`} onClick={() => drawing.flip(node)}>{node.childCount}</Button>
              )}
            </div>
            {isOpen && node.childCount > 0 && <Level nodes={children} drawing={drawing} rest={node.childCount > children.length ? node : undefined} />}
          </li>
        )
      })}
      {rest && (
        <li>
          <div className="z-chart-card z-chart-rest">
            <span>{missingWords(rest.childCount - nodes.length)}</span>
            <button type="button" className="z-plain" onClick={() => drawing.onList(rest.id)}>在列表中查看</button>
          </div>
        </li>
      )}
    </ul>
  )
}

function count(nodes: TreeNode[], childrenOf: (id: string) => TreeNode[], open: ReadonlySet<string>): number {
  return nodes.reduce((sum, node) => sum + 1 + (open.has(node.id) ? count(childrenOf(node.id), childrenOf, open) : 0), 0)
}
