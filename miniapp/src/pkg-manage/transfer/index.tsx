import { View } from '@tarojs/components'
import { MiniTransferDocument } from '@zhibu/api/documents/mini-manage'
import type { TransferAct, TransferDetailFragment } from '@zhibu/api/generated'
import { kinds, moments, statuses, transferActs } from '@zhibu/api/mobility-words'
import { useState } from 'react'
import { Press } from '@/kit/press'
import { Card, Fact, Tag } from '@/kit/rows'
import { Screen } from '@/kit/screen'
import { dayWords, momentWords } from '@/lib/days'
import { asked } from '@/lib/navigate'
import { useQuery } from '@/lib/use-query'
import { wordOf } from '../rules'
import { Act } from './act'

/** What needs a printer or a long text at hand is done in the console. */
const AT_A_DESK: readonly TransferAct[] = ['PRINT_LETTER']

/** One transfer (M-2.5): where it stands, what may be done, and its way so far. */
export default function Transfer() {
  const [id] = useState(() => asked('id') ?? '')
  const query = useQuery(MiniTransferDocument, { id })
  const [acting, setActing] = useState<TransferAct | null>(null)
  const file = query.data?.mobility.transfer
  const taken = async () => {
    setActing(null)
    await query.reload()
  }
  return (
    <Screen title="调动" ask={query}>
      {file && acting ? <Act key={acting} act={acting} file={file} onEnd={() => setActing(null)} onTaken={taken} /> : null}
      {file && !acting ? <Opened file={file} entries={query.data?.system.dictionary ?? []} onAct={setActing} /> : null}
    </Screen>
  )
}

function Opened({ file, entries, onAct }: { file: TransferDetailFragment; entries: Parameters<typeof wordOf>[0]; onAct: (act: TransferAct) => void }) {
  const one = file.transfer
  const acts = file.acts.filter((act) => !AT_A_DESK.includes(act) && !(act === 'FILE_RECEIPT' && one.electronic))
  return (
    <>
      <Card title={one.name}>
        <View><Tag tone={kinds[one.kind].tone}>{kinds[one.kind].label}</Tag> <Tag tone={statuses[one.status].tone}>{statuses[one.status].label}</Tag></View>
        <View>{one.fromName} → {one.toName}</View>
        {one.waitsAt ? <View className="soft">{one.side === 'RECEIPT' ? `等待对方回执；介绍信 ${one.letterNo ?? ''}，有效期至 ${dayWords(one.validUntil)}` : `由${one.waitsAt.shortName}${one.side === 'STARTER' ? '修改后重新提交或撤回' : '审核'}`}</View> : null}
      </Card>
      {file.warnings.map((words) => <View key={words} className="note" role="alert">{words}</View>)}
      {acts.map((act, at) => <Press key={act} plain={at > 0 || Boolean(transferActs[act].danger)} onPress={() => onAct(act)}>{transferActs[act].label}</Press>)}
      {file.acts.includes('PRINT_LETTER') ? <View className="card soft">介绍信已开具，请在电脑上的“党员调动”中打印。</View> : null}
      {file.acts.includes('FILE_RECEIPT') && one.electronic ? <View className="card soft">对方的电子回执会自动送回；没有自动送回的，请在电脑上登记。</View> : null}
      <Card title="调动信息">
        <Fact label="调动原因">{wordOf(entries, 'transfer_reason', one.reason)}</Fact>
        <Fact label="党费交至">{one.duesPaidTo}</Fact>
        <Fact label="退回次数">{one.returns} 次（最多 3 次）</Fact>
        <Fact label="介绍信">{one.letterNo ? `${one.letterNo}${one.electronic ? '（电子）' : ''}` : '无'}</Fact>
        <Fact label="说明">{one.note}</Fact>
      </Card>
      {file.facts.length ? <Card title="介绍信内容">{file.facts.map(({ label, value }) => <Fact key={label} label={label}>{value}</Fact>)}</Card> : null}
      <Card title="办理经过">
        {[...file.timeline].reverse().slice(0, 20).map((each) => (
          <View key={each.id} className="step">
            <View className="step-day">{momentWords(each.at)}</View>
            <View className="step-body"><View>{moments[each.event] ?? each.event}</View><View className="soft">{each.organisation}　{each.by}</View>{each.note ? <View>{each.note}</View> : null}</View>
          </View>
        ))}
      </Card>
    </>
  )
}
