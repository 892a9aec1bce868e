import { View } from '@tarojs/components'
import { events, outcomes, peopleLabels, standings } from '@zhibu/api/development-words'
import { MiniCaseDocument } from '@zhibu/api/documents/mini-manage'
import type { MiniCaseQuery } from '@zhibu/api/generated'
import { useState } from 'react'
import { Press } from '@/kit/press'
import { Card, Fact, Link, Tag } from '@/kit/rows'
import { Screen } from '@/kit/screen'
import { dayWords } from '@/lib/days'
import { asked, open } from '@/lib/navigate'
import { useQuery } from '@/lib/use-query'
import { Papers } from '../papers'
import { wordOf } from '../rules'

type File = MiniCaseQuery['development']['case']
type Guide = MiniCaseQuery['development']['steps']
const NUMBERS = ['一', '二', '三', '四', '五']
const STATES = { DONE: { label: '已完成', tone: 'ok' }, OPEN: { label: '可办理', tone: 'warn' }, CLOSED: { label: '暂不能办理', tone: '' } } as const

/** One case (M-2.7): where it stands, what is next, the stages with their steps, papers and what happened. */
export default function Development() {
  const [id] = useState(() => asked('id') ?? '')
  const query = useQuery(MiniCaseDocument, { id })
  const found = query.data
  return <Screen title="发展档案" ask={query}>{found ? <Opened file={found.development.case} guide={found.development.steps} entries={found.system.dictionary} reload={query.reload} /> : null}</Screen>
}

function Opened({ file, guide, entries, reload }: { file: File; guide: Guide; entries: MiniCaseQuery['system']['dictionary']; reload: () => Promise<void> }) {
  const one = file.case
  const next = file.steps.find(({ no }) => no === one.step)
  const [stage, setStage] = useState(one.stage)
  const stages = [...new Map(guide.map((step) => [step.stage, step.stageTitle])).entries()]
  const act = (query: string) => open(`/pkg-manage/development-act/index?id=${one.id}&${query}`)
  const lacking = file.helpers.filter(({ gap }) => gap)
  return (
    <>
      <Card title={one.name}>
        <View><Tag tone={standings[one.standing].tone}>{standings[one.standing].label}</Tag> <Tag tone={outcomes[one.outcome].tone}>{outcomes[one.outcome].label}</Tag></View>
        {next ? (
          <>
            <View className="strong">下一步：第 {next.no} 步 {one.stepTitle}</View>
            <View className="soft">由{one.actor}办理；{next.earliest ? `最早 ${dayWords(next.earliest)}` : '随时可以办理'}，{one.latest ? `最迟 ${dayWords(one.latest)}` : '没有期限'}</View>
            {one.overdue ? <Tag tone="bad">已超期</Tag> : null}
            {next.closed.map((why) => <View key={why} className="closed">{why}</View>)}
          </>
        ) : <View className="strong">发展工作已结束，档案保留备查</View>}
      </Card>
      {file.lapse ? <View className="note" role="alert">{file.lapse}</View> : null}
      {lacking.length ? <View className="note" role="alert">{peopleLabels[file.helperStep ?? 5]}不能继续履职，请在电脑上更换：{lacking.map(({ name, gap }) => `${name}${gap ?? ''}`).join('；')}</View> : null}
      {next?.mine ? <Press disabled={next.closed.length > 0} onPress={() => act(`step=${next.no}`)}>登记第 {next.no} 步</Press> : null}
      {next && !next.mine ? <View className="card soft">此步骤由{one.actor}登记，您可查看</View> : null}
      <Card title="基本信息">
        <Fact label="所在党支部">{one.branch.shortName}</Fact>
        <Fact label="性别、年龄">{wordOf(entries, 'sex', one.sex)}，{one.age ?? '—'} 岁</Fact>
        <Fact label="学历">{wordOf(entries, 'education_level', one.educationLevel)}</Fact>
        <Fact label="工作岗位">{wordOf(entries, 'work_post', one.workPost)}</Fact>
        <Fact label="手机号">{one.mobile}</Fact>
        {file.helpers.length ? <Fact label={peopleLabels[file.helperStep ?? 5] ?? '培养联系人'}>{file.helpers.map(({ name }) => name).join('、')}</Fact> : null}
        <Fact label="考察记录">{file.observed} 次</Fact>
        {file.probationEnd ? <Fact label="预备期满">{dayWords(file.probationEnd)}</Fact> : null}
      </Card>
      {stages.map(([no, title]) => {
        const steps = file.steps.filter((step) => guide.find((each) => each.no === step.no)?.stage === no)
        const words = `第${NUMBERS[no - 1] ?? no}阶段 ${title}`
        return (
          <Card key={no}>
            <Link onPress={() => setStage(stage === no ? 0 : no)} note={`${steps.filter((step) => step.state === 'DONE').length}/${steps.length}`}>{words}</Link>
            {stage === no ? steps.map((step) => (
              <View key={step.no} className="field">
                <View className="row"><View className="row-text strong">{step.no}. {guide.find((each) => each.no === step.no)?.title}</View><Tag tone={STATES[step.state].tone}>{STATES[step.state].label}</Tag></View>
                {step.on ? <View>{dayWords(step.on)}办理{step.given.length ? `：${step.given.join('；')}` : ''}</View> : null}
                {step.on ? null : step.closed.map((why) => <View key={why} className="closed">{why}</View>)}
                <Papers file={file} look={step} entries={entries} onChange={reload} />
                {step.mine && step.state === 'OPEN' && step.no !== one.step ? <Press plain inline onPress={() => act(`step=${step.no}`)}>登记</Press> : null}
              </View>
            )) : null}
          </Card>
        )
      })}
      {file.events.length ? <Card title="其他事项">{file.events.map((event) => <Link key={event} onPress={() => act(`event=${event}`)}>{events[event].label}</Link>)}</Card> : null}
      {file.undoable || file.replaceable || file.movable ? <View className="card soft">撤销已登记的步骤、更换联系人、转到其他党支部，请在电脑上办理。</View> : null}
      <Card title="办理经过">
        {file.timeline.slice(0, 20).map((each) => (
          <View key={each.id} className="step">
            <View className="step-day">{dayWords(each.on)}</View>
            <View className="step-body"><View>{each.title}{each.failed ? '（未通过）' : ''}{each.voided ? '（已撤销）' : ''}</View><View>{each.words.join('；')}</View><View className="soft">{each.by}</View></View>
          </View>
        ))}
        {file.timeline.length > 20 ? <View className="soft">更早的请在电脑上查看</View> : null}
      </Card>
    </>
  )
}
