import { AppearanceDocument } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { ask } from '../../net/ask'
import '../../styles/appearance.css'

/** The tenant's own background behind the home page (PC-2.7), faint enough to read on. */
export function HomeGround() {
  const pictures = useQuery({ queryKey: ['pictures', 'appearance'], queryFn: async ({ signal }) => (await ask(AppearanceDocument, {}, signal)).system.appearance, staleTime: 120_000 })
  const own = pictures.data?.find(({ slot }) => slot === 'PC_HOME')
  return own ? <img className="z-home-ground" src={own.wideUrl} alt="" /> : null
}
