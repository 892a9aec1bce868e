import { View } from '@tarojs/components'

/** Says that the page may be old, while it follows a meeting over a line that is broken. */
export const LineBroken = () => <View className="closed" role="status">网络不稳，正在重新连接…</View>
