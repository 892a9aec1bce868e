import { Button } from '@tarojs/components'
import type { ReactNode } from 'react'
import { isWeb } from '@/platform'

/** On a web page Taro's button is an element of its own, which neither a keyboard nor a reader knows as a button. */
const nature = (off: boolean) => (isWeb ? { role: 'button', tabIndex: 0, ...(off ? { 'aria-disabled': true } : {}) } : { disabled: off })

/** On a web page, what can be touched can be reached by a keyboard. */
export const reach = isWeb ? { tabIndex: 0 } : {}

interface Props { onPress?: () => void; plain?: boolean; inline?: boolean; busy?: boolean; disabled?: boolean; children: ReactNode }

/** A button, big enough for any finger. */
export function Press({ onPress, plain = false, inline = false, busy = false, disabled = false, children }: Props) {
  const off = busy || disabled
  return (
    <Button {...nature(off)} className={`press${plain ? ' plain' : ''}${inline ? ' inline' : ''}${off ? ' off' : ''}`} onClick={() => { if (!off) onPress?.() }}>
      {busy ? '请稍候…' : children}
    </Button>
  )
}
