import { View } from '@tarojs/components'
import { rungs, yuan } from '@zhibu/api/messaging-words'
import type { MiniNoticePlanQuery } from '@zhibu/api/generated'
import { Press } from '@/kit/press'
import { Card, Fact } from '@/kit/rows'
import { momentWords } from '@/lib/days'
import { large } from '@/lib/look'
import { useSignal } from '@/lib/signal'

interface Props { plan: MiniNoticePlanQuery['messaging']['plan']; title: string; busy: boolean; problem: string | null; onSend: () => void; onClose: () => void }

/** What the notice will be, before it is sent: whom it reaches how, and what it may cost. A screen of its own. */
export function Plan({ plan, title, busy, problem, onSend, onClose }: Props) {
  const isLarge = useSignal(large)
  const short = plan.leftFen != null && plan.mostFen > plan.leftFen
  return (
    <View className={`sheet screen${isLarge ? ' large' : ''}`} role="dialog" aria-modal aria-label="核对通知">
      <View className="sheet-head">请核对后发布</View>
      <Card title={title}>
        <Fact label="通知人数">{plan.people} 人</Fact>
        {plan.withoutAccount ? <Fact label="没有账号，看不到系统消息">{plan.withoutAccount} 人</Fact> : null}
        {plan.withoutMobile ? <Fact label="没有手机号">{plan.withoutMobile} 人</Fact> : null}
      </Card>
      {plan.rungs.map(({ rung, reach, parts, fen, preview }) => (
        <Card key={rung} title={rungs[rung].label}>
          <Fact label="能通知到">{reach} 人</Fact>
          {rung === 'PUSH' ? <View className="soft">不收费</View> : <Fact label={rung === 'SMS' ? '最多发送' : '最多拨打'}>{parts} {rung === 'SMS' ? '条' : '次'}，{yuan(fen)}</Fact>}
          {preview ? <><View className="soft">{rung === 'SMS' ? '短信内容（以一位党员为例）' : '播报内容（以一位党员为例）'}</View><View className="words">{preview}</View></> : null}
        </Card>
      ))}
      <Card>
        <Fact label="最多花费">{plan.mostFen ? yuan(plan.mostFen) : '不花钱'}</Fact>
        {plan.mostFen ? <View className="soft">提前读了的不再发短信、打电话，不花这笔钱。</View> : null}
        {plan.leftFen == null ? null : <Fact label="本月还可以用">{yuan(plan.leftFen)}</Fact>}
      </Card>
      {short ? <View className="note" role="alert">可能超过本月还可以用的费用，用完后不再发短信、打电话。</View> : null}
      {plan.waitsUntil ? <View className="card closed">现在是免打扰时段，平台消息、短信和电话等到 {momentWords(plan.waitsUntil)} 以后。</View> : null}
      {problem ? <View className="note" role="alert">{problem}</View> : null}
      <Press busy={busy} disabled={!plan.people} onPress={onSend}>发布通知</Press>
      <Press plain disabled={busy} onPress={onClose}>返回修改</Press>
    </View>
  )
}
