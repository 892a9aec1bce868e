import { MiniHomeDocument } from '@zhibu/api/documents/mini-home'
import { useEffect } from 'react'
import { goLogin } from './navigate'
import { keepPictures } from './pictures'
import { noteSandbox } from './sandbox'
import { become, session } from './session'
import { useUnread } from './unread'
import { useQuery } from './use-query'

/** What the tabs show; one question, from which the session and the pictures are kept. */
export function useHome() {
  const ask = useQuery(MiniHomeDocument, {})
  const unread = useUnread()
  const system = ask.data?.system
  useEffect(() => {
    if (!system) return
    // Asked without a session: nobody is signed in.
    if (!system.session) {
      become(null)
      goLogin()
      return
    }
    become(system.session)
    noteSandbox(system.server.sandbox)
    void keepPictures(system.appearance)
  }, [system])
  return { ask, system: system ?? null, known: system?.session ?? session.get(), unread }
}
