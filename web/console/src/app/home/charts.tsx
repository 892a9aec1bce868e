import { orgTypes } from '@zhibu/api'
import { BarChart } from '../../kit/bar-chart'
import { Section } from '../../kit/detail-drawer'
import { LineChart } from '../../kit/line-chart'
import { usePermission } from '../../kit/permissions'
import { EmptyState } from '../../kit/states'
import { today } from '../../kit/words'
import { useSees } from '../menu-gate'
import { growthPoints, growthWords } from './growth'
import { bandLabel, bandPath, membersPath, organisationsPath, orgTypeOf } from './paths'
import type { MemberNumbers, Overview } from './use-overview'

const PENDING = <div className="z-bone z-bone--chart" role="img" aria-label="正在统计" />
const NOBODY = <EmptyState text="此范围内还没有党员" />

/** The chosen range as charts. */
export function Charts({ overview }: { overview: Overview | undefined }) {
  const seesMembers = usePermission('member.info.read')
  return (
    <div className="z-pair z-pair--charts">
      <Section title="组织类别">{overview ? <Kinds kinds={overview.kinds} /> : PENDING}</Section>
      {overview?.members && <MemberCharts members={overview.members} />}
      {!overview && seesMembers && <Section title="年龄结构">{PENDING}</Section>}
    </div>
  )
}

function Kinds({ kinds }: { kinds: Overview['kinds'] }) {
  const sees = useSees()('org.info')
  if (kinds.length === 0) return <EmptyState text="此范围内没有组织" />
  return (
    <BarChart label="各类别的组织数" unit="个" bars={kinds.map(({ key, count }) => {
      const type = orgTypeOf(key)
      return { key, label: type ? orgTypes[type].label : key, value: count, ...(sees && type ? { to: organisationsPath(type) } : {}) }
    })} />
  )
}

function MemberCharts({ members }: { members: MemberNumbers }) {
  const sees = useSees()('member.info')
  const { ages, branches, growth, total } = members
  const moved = growth.some((month) => month.total > 0 || month.added > 0 || month.left > 0)
  return (
    <>
      <Section title="年龄结构">
        {total === 0 ? NOBODY : (
          <BarChart label="各年龄段的党员数" unit="名" bars={ages.map(({ key, count }) => ({
            key, label: bandLabel(key), value: count, ...(sees ? { to: bandPath(key, today()) } : {}),
          }))} />
        )}
      </Section>
      <Section title="各组织党员数" extra={branches.length > 0 && <span className="z-muted">{branches.length < MOST ? '直接下级，含其所属组织' : `直接下级中党员最多的 ${MOST} 个，含其所属组织`}</span>}>
        {branches.length === 0
          ? <EmptyState text="没有下级组织" />
          : <BarChart label="各组织的党员数" unit="名" bars={branches.map(({ id, key, count }) => ({
            key: id, label: key, value: count, ...(sees ? { to: membersPath({ org: id }) } : {}),
          }))} />}
      </Section>
      <Section title="近12个月党员增减">
        {moved
          ? <LineChart label="近12个月的党员总数" points={growthPoints(growth)} words={growthWords(growth)} heads={['月份', '增加（名）', '减少（名）', '月末总数（名）']} />
          : NOBODY}
      </Section>
    </>
  )
}

/** As many organisations as the server counts. */
const MOST = 12
