import { View } from '@tarojs/components'
import { MiniConsentDocument, MiniConsentsDocument } from '@zhibu/api/documents/mini-message'
import { useState } from 'react'
import { Press } from '@/kit/press'
import { Card } from '@/kit/rows'
import { ask } from '@/lib/ask'
import { done, tell, useAction } from '@/lib/use-action'
import { useQuery } from '@/lib/use-query'
import { askConsent, wantsConsent } from '@/platform/consent'
import { accepted, asking } from './words'

/** 接收微信提醒: WeChat sends one message for each time somebody has agreed; other platforms need no asking. */
export function Consent() {
  const query = useQuery(MiniConsentsDocument, {}, wantsConsent)
  const [now, setNow] = useState<{ template: string; left: number }[] | null>(null)
  const action = useAction()
  const consents = now ?? query.data?.messaging.consents ?? []
  // Without templates the operator has not opened WeChat's messages.
  if (!wantsConsent || !consents.length) return null
  const left = consents.reduce((sum, one) => sum + one.left, 0)
  const agree = () => action.run(async () => {
    const templates = asking(consents)
    const agreed = accepted(templates, await askConsent(templates))
    if (!agreed.length) return tell('您没有同意，需要时可以再点')
    // Not tried twice: each time counts as one more message.
    setNow((await ask(MiniConsentDocument, { templates: agreed })).messaging.consent)
    done('已同意')
  })
  return (
    <Card title="微信提醒">
      <View>{left ? `还可以收到 ${left} 条微信提醒。` : '现在收不到微信提醒。'}</View>
      <View className="soft">{consents.length === 1 ? '每同意一次，可收到一条微信提醒。' : '每同意一次，每种提醒可收到一条。'}</View>
      {action.problem ? <View className="bad" role="alert">{action.problem}</View> : null}
      <Press plain inline busy={action.busy} onPress={() => void agree()}>接收微信提醒</Press>
    </Card>
  )
}
