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
