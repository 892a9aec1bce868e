import { ModuleCatalogueDocument } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { ask } from '../../../net/ask'

/** All modules that this installation can offer. */
export const useModules = () => useQuery({
  queryKey: ['modules'],
  queryFn: async ({ signal }) => (await ask(ModuleCatalogueDocument, {}, signal)).system.modules,
  staleTime: 300_000,
})

/** Title of a module by its key. */
export function useModuleTitles(): (key: string) => string {
  const { data } = useModules()
  return (key) => data?.find((module) => module.key === key)?.title ?? key
}
