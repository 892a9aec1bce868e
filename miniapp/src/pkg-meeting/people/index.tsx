import { View } from '@tarojs/components'
import { MiniMeetingDocument } from '@zhibu/api/documents/mini-meeting'
import { MiniMeetingSeatsDocument, MiniRecordAttendanceDocument } from '@zhibu/api/documents/mini-meeting-hold'
import { attendances, leaveStates, meetingParts, signWays } from '@zhibu/api/meeting-words'
import type { MeetingAttendance, MeetingPeopleFilter, MiniMeetingSeatsQuery, MiniMeetingSeatsQueryVariables, MiniSeatFragment } from '@zhibu/api/generated'
import { useEffect, useState } from 'react'
import { Choices, Field, TextField } from '@/kit/fields'
import { Press, reach } from '@/kit/press'
import { Card, Foot, Tag } from '@/kit/rows'
import { Screen } from '@/kit/screen'
import { Shown } from '@/kit/states'
import { ask } from '@/lib/ask'
import { large } from '@/lib/look'
import { asked } from '@/lib/navigate'
import { useSignal } from '@/lib/signal'
import { surely } from '@/lib/surely'
import { done, useAction } from '@/lib/use-action'
import { useDraft } from '@/lib/use-draft'
import { useList, useQuery } from '@/lib/use-query'
import { clock } from '../words'

type Tab = 'open' | 'PRESENT' | 'LATE' | 'LEAVE' | 'ABSENT' | 'all'
const TABS: { key: Tab; label: string }[] = [{ key: 'open', label: '未登记' }, { key: 'PRESENT', label: '出席' }, { key: 'LATE', label: '迟到' }, { key: 'LEAVE', label: '请假' }, { key: 'ABSENT', label: '缺席' }, { key: 'all', label: '全部' }]
const filterOf = (tab: Tab): MeetingPeopleFilter => (tab === 'open' ? { open: true } : tab === 'all' ? {} : { attendance: tab })
const ACTS = [...(Object.keys(attendances) as MeetingAttendance[]).map((key) => ({ key: key as MeetingAttendance | 'NONE', label: attendances[key].label })), { key: 'NONE' as const, label: '撤销登记' }]
const REASONS = ['手机没电', '没有带手机', '不会用手机签到', '网络不通', '现场核对']
const page = ({ meeting: { people } }: MiniMeetingSeatsQuery) => ({ nodes: people.nodes, hasNext: people.pageInfo.hasNextPage, end: people.pageInfo.endCursor })

/** 参会人员 (M-2.1): who is there, and recording by hand with the reason. */
export default function People() {
  const [id] = useState(() => asked('id') ?? '')
  const [tab, setTab] = useState<Tab>('open')
  const [typed, setTyped] = useState('')
  const [search, setSearch] = useState('')
  // Asked when the typing rests.
  useEffect(() => {
    const timer = setTimeout(() => setSearch(typed.trim()), 400)
    return () => clearTimeout(timer)
  }, [typed])
  const query = useQuery(MiniMeetingDocument, { id })
  const state = query.data?.meeting.meeting.meeting.state
  return (
    <Screen title="参会人员" ask={query}>
      <Card>
        <Choices options={TABS} value={tab} onChange={setTab} />
        <TextField label="按姓名查找" max={20} value={typed} onChange={setTyped} placeholder="可不填" />
      </Card>
      <List key={tab} id={id} tab={tab} search={search} may={state === 'RUNNING' || state === 'MINUTES_PENDING'} />
    </Screen>
  )
}

function List({ id, tab, search, may }: { id: string; tab: Tab; search: string; may: boolean }) {
  const list = useList<MiniMeetingSeatsQuery, MiniMeetingSeatsQueryVariables, MiniSeatFragment>(MiniMeetingSeatsDocument, { meeting: id, filter: { ...filterOf(tab), search: search || null } }, page)
  const [marked, setMarked] = useState<MiniSeatFragment[]>([])
  const [recording, setRecording] = useState(false)
  const isMarked = ({ person }: MiniSeatFragment) => marked.some((one) => one.person === person)
  const touch = (one: MiniSeatFragment) => setMarked(isMarked(one) ? marked.filter(({ person }) => person !== one.person) : [...marked, one])
  const finish = async () => {
    setRecording(false)
    setMarked([])
    await list.reload()
  }
  return (
    <>
      {may ? <View className="card">点人名选中，可以选几个人一起登记。</View> : null}
      <Shown list={list} none={search ? `没有找到“${search}”` : '没有这样的人员'} />
      {list.rows.length ? (
        <Card>
          {list.rows.map((one) => (
            <View key={one.person} className="row" {...(may ? { role: 'checkbox', 'aria-checked': isMarked(one), 'aria-label': one.name, ...reach, onClick: () => touch(one) } : {})}>
              {may ? <View className="option-mark square" aria-hidden>{isMarked(one) ? '✓' : ''}</View> : null}
              <View className="row-text">
                <View className="strong">{one.name}</View>
                <View className="soft">{wordsOf(one)}</View>
              </View>
              {one.attendance ? <Tag tone={attendances[one.attendance].tone}>{attendances[one.attendance].label}</Tag> : one.leaveState ? <Tag tone={leaveStates[one.leaveState].tone}>请假{leaveStates[one.leaveState].label}</Tag> : <Tag>未登记</Tag>}
            </View>
          ))}
        </Card>
      ) : null}
      <Foot list={list} />
      {marked.length ? <><View className="foot-space" /><View className="foot-bar"><Press onPress={() => setRecording(true)}>为选中的 {marked.length} 人登记</Press></View></> : null}
      {recording && marked.length ? <Record id={id} people={marked} onDone={finish} onClose={() => setRecording(false)} /> : null}
    </>
  )
}

const wordsOf = (one: MiniSeatFragment): string => [
  one.part === 'SHOULD' ? '' : `${meetingParts[one.part].label}${one.partReason ? `：${one.partReason}` : ''}`,
  one.signedAt ? `${clock(one.signedAt)} ${one.way ? signWays[one.way].label : ''}` : '', one.signNote ?? '', one.attendance === 'LEAVE' ? one.leaveReason ?? '' : '',
].filter(Boolean).join('　')

/** Who was there, said by the administrator, with the reason: a screen of its own. */
function Record({ id, people, onDone, onClose }: { id: string; people: MiniSeatFragment[]; onDone: () => Promise<void>; onClose: () => void }) {
  const isLarge = useSignal(large)
  const { value: form, change, forget } = useDraft<{ act: MeetingAttendance | 'NONE' | null; note: string }>(`record.${id}`, { act: 'PRESENT', note: '' })
  const action = useAction()
  const must = form.act === 'PRESENT' || form.act === 'LATE'
  const send = () => action.run(async () => {
    const attendance = form.act === 'NONE' ? null : form.act
    await surely(() => ask(MiniRecordAttendanceDocument, { id, people: people.map(({ person }) => person), attendance, note: form.note.trim() || null }))
    forget()
    done('已登记')
    await onDone()
  })
  return (
    <View className={`sheet screen${isLarge ? ' large' : ''}`} role="dialog" aria-modal aria-label="代为登记">
      <View className="sheet-head">代为登记</View>
      <Card title={people.map(({ name }) => name).join('、')}>
        <Field label="登记为" must><Choices options={ACTS} value={form.act} onChange={(act) => change({ act })} /></Field>
        <Field label="常用原因，点一下就填好"><Choices options={REASONS.map((words) => ({ key: words, label: words }))} value={form.note} onChange={(note) => change({ note })} /></Field>
        <TextField label="登记原因" must={must} max={100} value={form.note} onChange={(note) => change({ note })} fault={action.faultOf('note')} />
      </Card>
      {action.problem ? <View className="note" role="alert">{action.problem}</View> : null}
      <Press busy={action.busy} disabled={form.act === null || (must && !form.note.trim())} onPress={() => void send()}>登记</Press>
      <Press plain disabled={action.busy} onPress={onClose}>返回名单</Press>
    </View>
  )
}
