import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from 'react'
import { useLocation, useNavigate } from 'react-router'
import { LinkContext } from '../kit/page'

interface Scope { org: string | null; setOrg: (id: string | null) => void }

const ScopeContext = createContext<Scope>({ org: null, setOrg: () => {} })

/** The organisation chosen at the top of the page; lists show what is below it. */
export const useScope = (): Scope => useContext(ScopeContext)

function withOrg(search: string, org: string | null): string {
  const params = new URLSearchParams(search)
  if (org) params.set('org', org)
  else params.delete('org')
  const text = params.toString()
  return text ? `?${text}` : ''
}

/** Holds the chosen organisation and keeps it in the address from page to page. */
export function ScopeProvider({ children }: { children: ReactNode }) {
  const { pathname, search, hash } = useLocation()
  const navigate = useNavigate()
  const shown = new URLSearchParams(search).get('org')
  const [org, setState] = useState<string | null>(shown)

  useEffect(() => {
    if (shown && shown !== org) setState(shown)
    else if (!shown && org) void navigate({ pathname, search: withOrg(search, org), hash }, { replace: true })
  // Only a change of the address is followed; a change of the choice writes the address itself.
  }, [pathname, shown])

  const setOrg = useCallback((id: string | null) => {
    setState(id)
    const params = new URLSearchParams(location.search)
    params.delete('page')
    params.delete('node')
    void navigate({ pathname: location.pathname, search: withOrg(`?${params}`, id) }, { replace: true })
  }, [navigate])
  const link = useCallback((path: string) => {
    const [base = '', query = ''] = path.split('?')
    // A link into another range keeps its own.
    return base + withOrg(`?${query}`, new URLSearchParams(query).get('org') ?? org)
  }, [org])
  const value = useMemo(() => ({ org, setOrg }), [org, setOrg])
  return (
    <ScopeContext.Provider value={value}>
      <LinkContext.Provider value={link}>{children}</LinkContext.Provider>
    </ScopeContext.Provider>
  )
}
