import { Button } from '@tarojs/components'
import type { ReactNode } from 'react'

interface Props { onPress?: () => void; plain?: boolean; inline?: boolean; busy?: boolean; disabled?: boolean; children: ReactNode }

/** A button, big enough for any finger. */
export function Press({ onPress, plain = false, inline = false, busy = false, disabled = false, children }: Props) {
  const off = busy || disabled
  return (
    <Button className={`press${plain ? ' plain' : ''}${inline ? ' inline' : ''}${off ? ' off' : ''}`} disabled={off} onClick={() => { if (!off) onPress?.() }}>
      {busy ? '请稍候…' : children}
    </Button>
  )
}
