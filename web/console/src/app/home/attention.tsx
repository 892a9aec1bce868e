import { RightOutlined } from '@ant-design/icons'
import type { AttentionKind, Tone } from '@zhibu/api'
import { Link } from 'react-router'
import { Section } from '../../kit/detail-drawer'
import { useLink } from '../../kit/page'
import { EmptyState } from '../../kit/states'
import { oneOf, today } from '../../kit/words'
import { useSees } from '../menu-gate'
import { useScope } from '../scope'
import { attentionPath } from './paths'
import type { Overview } from './use-overview'
import { useWaitingDevelopment } from './use-waiting-development'
import { useWaitingMobility } from './use-waiting-mobility'
import { useWaitingImports } from './use-waiting-imports'
import { useWaitingTerms } from './use-waiting-terms'

const KINDS: Record<AttentionKind, { tag: string; tone: Tone; menu: string; words: (count: number) => string }> = {
  TERM_OVER: { tag: '已到期', tone: 'bad', menu: 'org.info', words: (count) => `${count} 个组织任期已届满，请安排换届` },
  PROBATION_OVER: { tag: '已到期', tone: 'bad', menu: 'member.info', words: (count) => `${count} 名预备党员预备期已满，还未转正` },
  TERM_ENDING: { tag: '将到期', tone: 'warn', menu: 'org.info', words: (count) => `${count} 个组织任期将在半年内届满` },
  PROBATION_ENDING: { tag: '将到期', tone: 'warn', menu: 'member.info', words: (count) => `${count} 名预备党员预备期将在 30 天内届满` },
  LOST_MEMBERS: { tag: '需关注', tone: 'warn', menu: 'member.info', words: (count) => `${count} 名党员失去联系` },
  ORGANISATION_UNFINISHED: { tag: '待完善', tone: 'info', menu: 'org.info', words: (count) => `${count} 个组织信息未完善，请补全联系人等信息` },
}

interface Waiting { tag: string; tone: Tone; words: string; to: string; open: boolean }

/** 待办提醒: what waits in the chosen range, most urgent first, then the own imports. */
export function AttentionList({ attention }: { attention: Overview['attention'] | undefined }) {
  const sees = useSees()
  const imports = useWaitingImports()
  const terms = useWaitingTerms()
  const development = useWaitingDevelopment(useScope().org)
  const mobility = useWaitingMobility(useScope().org)
  const cases = (tag: string, tone: Tone, count: number, state: string, words: string): Waiting[] =>
    (count > 0 ? [{ tag, tone, words: `${count} ${words}`, to: `/member/development?state=${state}`, open: sees('member.development') }] : [])
  const counts = new Map(attention?.map(({ kind, count }) => [kind as string, count]))
  const waiting: Waiting[] = [
    ...cases('已超期', 'bad', development.overdue, 'overdue', '人的发展党员步骤已超过最迟日期，请尽快办理'),
    ...cases('需更换', 'bad', development.gaps, 'gap', '人的培养联系人或入党介绍人不能继续履职，请更换'),
    ...(terms.count > 0 ? [{ tag: '提醒', tone: terms.urgent ? 'bad' as const : 'warn' as const, words: `${terms.count} 个组织的班子任期或书记空缺到了提醒日期`, to: '/org/leadership', open: sees('org.leadership') }] : []),
    ...Object.keys(KINDS).flatMap((key): Waiting[] => {
      const kind = oneOf(KINDS, key)
      const count = counts.get(key)
      if (!kind || !count) return []
      const { tag, tone, menu, words } = KINDS[kind]
      return [{ tag, tone, words: words(count), to: attentionPath(kind, today()), open: sees(menu) }]
    }),
    ...cases('该办理', 'info', development.remind, 'remind', '人的发展党员步骤到了提醒日期'),
    ...mobility.map(({ count, words, menu, ...one }): Waiting => ({ ...one, words: `${count} ${words}`, open: sees(menu) })),
    ...imports.map(({ fileName, to }): Waiting => ({ tag: '待确认', tone: 'info', words: `导入文件“${fileName}”已检查完毕，请确认导入`, to, open: true })),
  ]
  return (
    <Section title="待办提醒">
      {!attention && <div className="z-bone z-bone--rows" role="img" aria-label="正在统计" />}
      {attention && waiting.length === 0 && <EmptyState text="暂无待办" />}
      {attention && waiting.length > 0 && <ul className="z-waiting">{waiting.map((one) => <Row key={one.to + one.words} {...one} />)}</ul>}
    </Section>
  )
}

function Row({ tag, tone, words, to, open }: Waiting) {
  const link = useLink()
  const inside = <><span className={`z-tag z-tag--${tone}`}>{tag}</span><span>{words}</span></>
  return <li>{open ? <Link to={link(to)}>{inside}<RightOutlined aria-hidden /></Link> : <div>{inside}</div>}</li>
}
