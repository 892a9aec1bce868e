import Taro from '@tarojs/taro'
import { isWeb } from '@/platform'
import { signal } from './signal'

/** Whether the phone has a network. */
export const online = signal(true)

/** Follows the network from the start of the program on. */
export function watchNetwork(): void {
  // A browser says so by events of its window; Taro asks for what not every browser has.
  if (isWeb) {
    online.set(navigator.onLine)
    for (const event of ['online', 'offline']) window.addEventListener(event, () => online.set(navigator.onLine))
    return
  }
  Taro.onNetworkStatusChange?.(({ isConnected }) => online.set(isConnected))
}
