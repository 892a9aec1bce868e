import { View } from '@tarojs/components'
import type { PolicyWholeFragment } from '@zhibu/api/generated'
import { dayWords } from '@/lib/days'
import { Card } from './rows'

/** A privacy policy whole, with its version. */
export const Policy = ({ policy }: { policy: PolicyWholeFragment }) => (
  <>
    <Card title={policy.title}><View className="soft">版本 {policy.version}　{dayWords(policy.effectiveOn)}起生效</View></Card>
    {policy.sections.map(({ title, text }) => <Card key={title} title={title}><View className="words">{text}</View></Card>)}
  </>
)
