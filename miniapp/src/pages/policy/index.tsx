import { MiniStartDocument } from '@zhibu/api/documents/mini-session'
import { Policy } from '@/kit/policy'
import { Screen } from '@/kit/screen'
import { useQuery } from '@/lib/use-query'

/** 个人信息保护政策, to be read at any time. */
export default function PolicyPage() {
  const ask = useQuery(MiniStartDocument, {})
  return <Screen title="个人信息保护政策" ask={ask}>{ask.data ? <Policy policy={ask.data.system.miniStart.privacy} /> : null}</Screen>
}
