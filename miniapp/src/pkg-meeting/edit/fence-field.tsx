import { View } from '@tarojs/components'
import { useState } from 'react'
import { Choices, Field } from '@/kit/fields'
import { Press, reach } from '@/kit/press'
import { useAction } from '@/lib/use-action'
import { whereAmI } from '@/platform/place'
import type { Form } from './form'

const RADII = [100, 300, 500, 1000]

/** 定位签到: the place of the meeting is where the phone is now. */
export function FenceField({ fence, onChange, fault }: { fence: Form['fence']; onChange: (fence: Form['fence']) => void; fault: string | null }) {
  const action = useAction()
  const [fresh, setFresh] = useState(false)
  const take = () => action.run(async () => {
    const { latitude, longitude, frame, accuracy } = await whereAmI()
    onChange({ latitude, longitude, frame, radius: fence?.radius ?? 300, accuracy: Math.round(accuracy) })
    setFresh(true)
  })
  return (
    <Field label="定位签到（可不设，只用扫码签到）" fault={fault ?? action.problem}>
      {fence ? (
        <>
          <View className="strong">✓ 已设会场位置{fresh && fence.accuracy ? `（误差约 ${fence.accuracy} 米）` : ''}</View>
          <View className="soft">离会场多少米以内可以签到：</View>
          <Choices options={[...new Set([...RADII, fence.radius])].sort((left, right) => left - right).map((metres) => ({ key: String(metres), label: `${metres} 米` }))} value={String(fence.radius)} onChange={(metres) => onChange({ ...fence, radius: Number(metres) })} />
          <View className="pick" role="button" {...reach} onClick={() => onChange(null)}>不用定位签到</View>
        </>
      ) : <View className="soft">请在会场里点下面的按钮。</View>}
      <Press plain inline busy={action.busy} onPress={() => void take()}>{fence ? '改为我现在的位置' : '以我现在的位置为会场'}</Press>
    </Field>
  )
}
