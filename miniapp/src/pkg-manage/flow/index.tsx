import { View } from '@tarojs/components'
import { MiniFlowDocument } from '@zhibu/api/documents/mini-manage'
import { CloseFlowDocument, RecordContactDocument } from '@zhibu/api/documents/mobility'
import type { MiniFlowQuery } from '@zhibu/api/generated'
import { flowKinds, flowStatuses } from '@zhibu/api/mobility-words'
import { useState } from 'react'
import { DayField, LongField, PickField } from '@/kit/fields'
import { Press } from '@/kit/press'
import { Card, Fact, Tag } from '@/kit/rows'
import { Screen } from '@/kit/screen'
import { ask } from '@/lib/ask'
import { dayWords, today } from '@/lib/days'
import { asked } from '@/lib/navigate'
import { done, useAction } from '@/lib/use-action'
import { useDraft } from '@/lib/use-draft'
import { useQuery } from '@/lib/use-query'
import { optionsOf, wordOf } from '../rules'

type Flow = MiniFlowQuery['mobility']['flow']['flow']
type Entries = MiniFlowQuery['system']['dictionary']
const OTHERS: Record<string, string> = { returned: '返回', opened: '登记失联', found: '恢复联系' }

/** One floating member (M-2.6) with the contacts, and what is to be recorded. */
export default function FlowPage() {
  const [id] = useState(() => asked('id') ?? '')
  const query = useQuery(MiniFlowDocument, { id })
  const [doing, setDoing] = useState<'contact' | 'close' | null>(null)
  const found = query.data?.mobility.flow
  const entries = query.data?.system.dictionary ?? []
  const one = found?.flow
  const ended = async () => {
    setDoing(null)
    await query.reload()
  }
  return (
    <Screen title="流动党员" ask={query}>
      {one && doing ? <Doing flow={one} entries={entries} closing={doing === 'close'} onEnd={() => setDoing(null)} onDone={ended} /> : null}
      {found && one && !doing ? (
        <>
          <Card title={one.name}>
            <View><Tag tone={flowKinds[one.kind].tone}>{flowKinds[one.kind].label}</Tag> <Tag tone={flowStatuses[one.status].tone}>{flowStatuses[one.status].label}</Tag></View>
          </Card>
          {one.alert ? <View className="note" role="alert">已超过 {one.alert === 'RED' ? 180 : 90} 天没有联系，请尽快联系并登记</View> : null}
          {one.overdue ? <View className="note" role="alert">已超过预计返回日期，请核实是否返回</View> : null}
          {one.shouldTransfer ? <View className="note ok">外出超过 6 个月且地点固定，建议转移组织关系</View> : null}
          {one.shouldSuspend ? <View className="note" role="alert">出国（境）超过五年未返回，按规定应讨论是否停止党籍，请在电脑上办理</View> : null}
          {one.editable ? (
            <>
              <Press onPress={() => setDoing('contact')}>登记联系</Press>
              <Press plain onPress={() => setDoing('close')}>{one.kind === 'OUT' ? '登记返回' : '登记离开'}</Press>
            </>
          ) : null}
          <Card title="流动信息">
            <Fact label="本系统党支部">{one.branch.shortName}</Fact>
            <Fact label="手机号">{one.mobile}</Fact>
            <Fact label={one.kind === 'OUT' ? '外出流向' : '流入来源'}>{wordOf(entries, 'flow_direction', one.direction)}</Fact>
            <Fact label="流动原因">{wordOf(entries, 'flow_reason', one.reason)}</Fact>
            <Fact label="对方党组织">{one.otherName}</Fact>
            <Fact label="对方联系人">{one.otherContact}</Fact>
            <Fact label="流动日期">{dayWords(one.startedOn)}</Fact>
            <Fact label="预计返回">{dayWords(one.expectedOn)}</Fact>
            <Fact label="说明">{one.note}</Fact>
          </Card>
          <Card title="联系记录">
            {found.contacts.length ? null : <View className="soft">还没有记录</View>}
            {found.contacts.slice(0, 20).map((each) => (
              <View key={each.id} className="step">
                <View className="step-day">{dayWords(each.on)}</View>
                <View className="step-body"><View>{OTHERS[each.way] ?? wordOf(entries, 'contact_way', each.way)}</View><View>{each.words}</View><View className="soft">{each.by}登记</View></View>
              </View>
            ))}
          </Card>
        </>
      ) : null}
    </Screen>
  )
}

interface DoingProps { flow: Flow; entries: Entries; closing: boolean; onEnd: () => void; onDone: () => Promise<void> }
const EMPTY: { on: string; way: string | null; words: string } = { on: '', way: null, words: '' }

function Doing({ flow, entries, closing, onEnd, onDone }: DoingProps) {
  const { value: form, change, forget, restored } = useDraft(`flow.${flow.id}.${closing ? 'close' : 'contact'}`, { ...EMPTY, on: today() })
  const action = useAction()
  const words = form.words.trim()
  const label = closing ? (flow.kind === 'OUT' ? '登记返回' : '登记离开') : '登记联系'
  const save = () => action.run(async () => {
    const at = { id: flow.id, version: flow.version, on: form.on }
    if (closing) await ask(CloseFlowDocument, { ...at, note: words })
    else await ask(RecordContactDocument, { ...at, way: form.way ?? '', words })
    forget()
    done('已登记')
    await onDone()
  })
  return (
    <>
      {restored ? <View className="note ok">已恢复上次没有提交的内容，请核对日期</View> : null}
      <Card title={`${flow.name}：${label}`}>
        {closing ? <View className="soft">{flow.kind === 'OUT' ? '返回后不再是流动党员，记录保留。' : '离开后不再统计，记录保留。'}</View> : null}
        <DayField label="日期" must value={form.on} onChange={(on) => change({ on })} fault={action.faultOf('on')} />
        {closing ? null : <PickField label="联系方式" must options={optionsOf(entries, 'contact_way')} value={form.way} onChange={(way) => change({ way })} fault={action.faultOf('way')} />}
        <LongField label={closing ? '说明' : '联系情况'} must={!closing} max={closing ? 200 : 500} value={form.words} onChange={(typed) => change({ words: typed })} fault={action.faultOf('words') ?? action.faultOf('note')} />
      </Card>
      {action.problem ? <View className="note" role="alert">{action.problem}</View> : null}
      <Press busy={action.busy} disabled={!closing && (!form.way || words.length < 2)} onPress={() => void save()}>保存</Press>
      <Press plain onPress={() => { forget(); onEnd() }}>取消</Press>
    </>
  )
}
