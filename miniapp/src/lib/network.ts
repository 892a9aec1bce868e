import Taro from '@tarojs/taro'
import { signal } from './signal'

/** Whether the phone has a network. */
export const online = signal(true)

/** Follows the network from the start of the program on. */
export function watchNetwork(): void {
  Taro.onNetworkStatusChange?.(({ isConnected }) => online.set(isConnected))
}
