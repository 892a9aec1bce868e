import { View } from '@tarojs/components'
import { errorSentence } from '@zhibu/api/errors'
import { Press } from './press'

/** What went wrong, and another try. */
export function Problem({ cause, retry, brief = false }: { cause: unknown; retry: () => Promise<void>; brief?: boolean }) {
  return (
    <View className={brief ? 'note' : 'card'} role="alert">
      <View>{errorSentence(cause)}</View>
      <Press plain inline onPress={() => void retry()}>重新加载</Press>
    </View>
  )
}

/** The shape of what is coming. */
export const Skeleton = () => (
  <View className="card" aria-label="正在加载">
    <View className="bone short" /><View className="bone" /><View className="bone" /><View className="bone short" />
  </View>
)

/** Nothing here, and why or what to do. */
export const Empty = ({ children }: { children: string }) => <View className="card empty">{children}</View>

interface Shown { list: { data: unknown; failure: unknown; busy: boolean; reload: () => Promise<void>; rows: unknown[] }; none: string }

/** What stands in a list's place while the tabs above it stay: bones, what went wrong, or that there is nothing. */
export function Shown({ list, none }: Shown) {
  if (list.failure && !list.busy) return <Problem cause={list.failure} retry={list.reload} brief={list.rows.length > 0} />
  if (list.rows.length) return null
  return list.busy ? <Skeleton /> : <Empty>{none}</Empty>
}
