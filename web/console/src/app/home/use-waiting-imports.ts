import { WaitingImportsDocument } from '@zhibu/api'
import { useQueries } from '@tanstack/react-query'
import { useContext } from 'react'
import { PermissionContext } from '../../kit/permissions'
import { ask } from '../../net/ask'

const TEMPLATES = [
  { template: 'organisation', permission: 'org.tree_edit', path: '/org/info' },
  { template: 'member', permission: 'member.edit', path: '/member/info' },
  { template: 'development', permission: 'development.edit', path: '/member/development' },
  { template: 'leadership', permission: 'leadership.edit', path: '/org/leadership' },
]

/** The own imports that were found good and still have to be confirmed, with the page that shows them. */
export function useWaitingImports(): { id: string; fileName: string; to: string }[] {
  const permissions = useContext(PermissionContext)
  return useQueries({
    queries: TEMPLATES.filter(({ permission }) => permissions.has(permission)).map(({ template, path }) => ({
      queryKey: ['imports', 'waiting', template],
      queryFn: async ({ signal }: { signal: AbortSignal }) => (await ask(WaitingImportsDocument, { template }, signal)).system.imports.nodes
        .filter((one) => one.state === 'CHECKED' && one.badRows === 0)
        .map(({ id, fileName }) => ({ id, fileName, to: `${path}?import=${id}` })),
      staleTime: 0,
    })),
    combine: (results) => results.flatMap((result) => result.data ?? []),
  })
}
