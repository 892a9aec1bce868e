import { OrganisationTreeDocument, type OrganisationTreeQuery } from '@zhibu/api'
import { useQueries, useQueryClient } from '@tanstack/react-query'
import { useCallback, useState } from 'react'
import { ask } from '../net/ask'

/** One organisation of the tree, without its children. */
export type TreeNode = OrganisationTreeQuery['directory']['tree'][number]

const levelOf = (id: string | null) => ({
  queryKey: ['organisations', 'tree', id],
  queryFn: async ({ signal }: { signal: AbortSignal }) => (await ask(OrganisationTreeDocument, { root: id, depth: 1 }, signal)).directory.tree,
  staleTime: 60_000,
})

/** The organisation tree, level by level: `load` fetches the children of one node. */
export function useOrgTree(root: string | null) {
  const queries = useQueryClient()
  const [opened, setOpened] = useState<string[]>([])
  const levels = useQueries({ queries: [root, ...opened.filter((id) => id !== root)].map(levelOf) })
  const nodes = new Map<string, TreeNode>()
  for (const level of levels) for (const node of level.data ?? []) nodes.set(node.id, node)
  const first = levels[0]
  const load = useCallback(async (id: string) => {
    await queries.ensureQueryData(levelOf(id))
    setOpened((now) => (now.includes(id) ? now : [...now, id]))
  }, [queries])
  return {
    nodes: [...nodes.values()],
    missing: missingBelow(levels.map((level) => level.data ?? [])),
    loading: first?.isPending ?? true,
    error: first?.isError ? first.error : null,
    retry: () => void first?.refetch(),
    load,
  }
}

/** Nodes nested under their parents; those whose parent is not here are the tops. */
export function nestNodes(nodes: TreeNode[]): { tops: TreeNode[]; childrenOf: (id: string) => TreeNode[] } {
  const known = new Set(nodes.map((node) => node.id))
  const byParent = new Map<string, TreeNode[]>()
  const tops: TreeNode[] = []
  for (const node of nodes) {
    if (node.parentId === null || !known.has(node.parentId)) tops.push(node)
    else byParent.set(node.parentId, [...(byParent.get(node.parentId) ?? []), node])
  }
  return { tops, childrenOf: (id) => byParent.get(id) ?? [] }
}

/** How many children of the asked-for nodes did not come; the server sends at most 500 organisations at once. */
export function missingBelow(levels: TreeNode[][]): Map<string, number> {
  const nodes = new Map(levels.flat().map((node) => [node.id, node]))
  const { childrenOf } = nestNodes([...nodes.values()])
  const missing = new Map<string, number>()
  for (const { id } of levels.flatMap((level) => nestNodes(level).tops)) {
    const count = (nodes.get(id)?.childCount ?? 0) - childrenOf(id).length
    if (count > 0) missing.set(id, count)
  }
  return missing
}

/** What to say about children that are not shown. */
export const missingWords = (missing: number): string => `还有 ${missing} 个下级未显示，请展开或搜索`
