import { View } from '@tarojs/components'
import Taro from '@tarojs/taro'
import type { PledgeType, WritingInput } from '@zhibu/api/generated'
import { pledgeTypes } from '@zhibu/api/words'
import { useEffect, useState } from 'react'
import { Choices, Field, LongField, TextField } from '@/kit/fields'
import { Press } from '@/kit/press'
import { Card } from '@/kit/rows'
import { Screen } from '@/kit/screen'
import { back } from '@/lib/navigate'
import { may } from '@/lib/session'
import { confirm, done, useAction } from '@/lib/use-action'
import { useDraft } from '@/lib/use-draft'
import { useQuery } from '@/lib/use-query'
import { asked } from '../shelf'

/** `base` is the version that was being edited when the typing began. */
interface Form { base: number | null; title: string; body: string; source: string; kind: PledgeType; year: number }
const YEAR = new Date().getFullYear()
const EMPTY: Form = { base: null, title: '', body: '', source: '', kind: 'ONE_LINE', year: YEAR }
const TYPES = (Object.keys(pledgeTypes) as PledgeType[]).map((key) => ({ key, label: pledgeTypes[key].label }))
const YEARS = [YEAR - 1, YEAR, YEAR + 1].map((year) => ({ key: String(year), label: `${year}年度` }))

/** Writes a text or edits one; what was typed stays on this phone until it is sent. */
export default function Write() {
  const [{ shelf, id }] = useState(asked)
  const query = useQuery(shelf.one, { id: id ?? '' }, id !== null)
  const { value: form, change, start, forget, restored } = useDraft<Form>(`${shelf.key}.${id ?? 'new'}`, EMPTY)
  const action = useAction()
  const found = query.data ? shelf.text(query.data) : null
  useEffect(() => {
    if (!found) return
    const { title, source, kind, year } = found.writing
    start({ base: found.writing.version, title, body: found.body, source: source ?? '', kind: kind ?? 'ONE_LINE', year: year ?? YEAR })
  }, [found, start])
  useSample(form.body, (sample) => change({ body: sample.body, ...(form.title ? {} : { title: sample.title }), ...(shelf.key === 'pledge' && sample.body.length > 100 ? { kind: 'FULL' as const } : {}) }))

  const send = (publish: boolean) => action.run(async () => {
    const plain = { title: form.title.trim(), body: form.body.trim() }
    const input: WritingInput = shelf.key === 'pledge' ? { ...plain, kind: form.kind, year: form.year } : { ...plain, source: form.source.trim() || null }
    if (found) await shelf.edit({ id: found.writing.id, version: found.writing.version }, input, publish)
    else await shelf.write(input, publish)
    forget()
    done(publish ? '已发布' : '已存草稿')
    back(`/pkg-study/list/index?kind=${shelf.key}&mine=1`)
  })
  const overtaken = found !== null && form.base !== null && form.base !== found.writing.version
  const discard = async () => {
    if (!found || !(await confirm('载入最新内容', '这里没有提交的修改会丢弃。', '载入'))) return
    const { title, source, kind, year, version } = found.writing
    forget()
    start({ base: version, title, body: found.body, source: source ?? '', kind: kind ?? 'ONE_LINE', year: year ?? YEAR })
  }
  const published = found?.writing.state === 'PUBLISHED'
  const empty = !form.title.trim() || !form.body.trim()
  return (
    <Screen title={`${id ? '修改' : '写'}${shelf.title}`} ask={id ? query : undefined}>
      {restored ? <View className="note ok">已恢复上次没有提交的内容</View> : null}
      {overtaken ? (
        <View className="note" role="alert">
          <View>这篇内容后来在别处修改过，提交会用下面的内容替换它。</View>
          <Press plain inline onPress={() => void discard()}>放弃这里的修改，载入最新内容</Press>
        </View>
      ) : null}
      <Card>
        {shelf.key === 'pledge' ? (
          <>
            <Field label="承诺类型"><Choices options={TYPES} value={form.kind} onChange={(kind) => change({ kind })} /></Field>
            <Field label="承诺年度"><Choices options={YEARS} value={String(form.year)} onChange={(year) => change({ year: Number(year) })} /></Field>
          </>
        ) : <TextField label="学习内容" max={100} value={form.source} onChange={(source) => change({ source })} fault={action.faultOf('source')} placeholder="可不填，如学习的文件或会议" />}
        <TextField label="标题" must max={60} value={form.title} onChange={(title) => change({ title })} fault={action.faultOf('title')} />
        <LongField label="正文" must max={shelf.key === 'pledge' && form.kind === 'ONE_LINE' ? 100 : 20_000} value={form.body} onChange={(body) => change({ body })} fault={action.faultOf('body')} />
        {may('document.samples.read') ? <Press plain inline onPress={() => void Taro.navigateTo({ url: `/pkg-study/samples/index?kind=${shelf.key}` })}>使用范文</Press> : null}
      </Card>
      {action.problem ? <View className="note" role="alert">{action.problem}</View> : null}
      <Press busy={action.busy} disabled={empty} onPress={() => void send(true)}>{published ? '保存' : '发布'}</Press>
      {published ? null : <Press plain busy={action.busy} disabled={empty} onPress={() => void send(false)}>存为草稿</Press>}
    </Screen>
  )
}

/** Takes the sample that the page of samples chose; asks before it replaces what was typed. */
function useSample(body: string, use: (sample: { title: string; body: string }) => void) {
  useEffect(() => {
    const take = async (sample: { title: string; body: string }) => {
      if (!body.trim() || (await confirm('使用范文', '用范文替换已经写下的正文？', '替换'))) use(sample)
    }
    Taro.eventCenter.on('sample', take)
    return () => { Taro.eventCenter.off('sample', take) }
  })
}
