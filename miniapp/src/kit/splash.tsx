import { Image, View } from '@tarojs/components'
import { useEffect, useState } from 'react'
import { picture } from '@/lib/pictures'

let shown = false

/** 启动页: the tenant's picture for three seconds, once a start; it can be skipped. */
export function Splash() {
  const [left, setLeft] = useState(() => (shown || !picture('SPLASH') ? 0 : 3))
  useEffect(() => { shown = true }, [])
  useEffect(() => {
    if (!left) return
    const timer = setTimeout(() => setLeft(left - 1), 1000)
    return () => clearTimeout(timer)
  }, [left])
  if (!left) return null
  return (
    <View className="splash">
      <Image className="splash-picture" src={picture('SPLASH') ?? ''} mode="aspectFill" />
      <View className="splash-skip" role="button" onClick={() => setLeft(0)}>跳过 {left}</View>
    </View>
  )
}
