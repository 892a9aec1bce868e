import { DevelopmentCasesDocument, DevelopmentStagesDocument, type DevelopmentStagesQuery } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { useLink } from '../../kit/page'
import { QueryBoundary } from '../../kit/states'
import { ask } from '../../net/ask'
import { Due } from './due'
import '../../styles/development.css'

type Stage = DevelopmentStagesQuery['development']['stages'][number]
/** Cards a column shows at first, and adds each time. */
const SOME = 20

/** 看板: a column for each stage, overdue cases first. */
export function Board({ under }: { under: string | null }) {
  const stages = useQuery({
    queryKey: ['development', 'stages', under],
    queryFn: async ({ signal }) => (await ask(DevelopmentStagesDocument, { under }, signal)).development.stages,
  })
  return (
    <QueryBoundary query={stages}>
      {(all) => <div className="z-board">{all.map((stage) => <Column key={stage.stage} stage={stage} under={under} />)}</div>}
    </QueryBoundary>
  )
}

function Column({ stage, under }: { stage: Stage; under: string | null }) {
  const [first, setFirst] = useState(SOME)
  const link = useLink()
  const cases = useQuery({
    queryKey: ['development', 'board', under, stage.stage, first],
    queryFn: async ({ signal }) => (await ask(DevelopmentCasesDocument, { first, offset: 0, filter: { under, stage: stage.stage } }, signal)).development.cases,
    enabled: stage.count > 0,
    placeholderData: (before) => before,
  })
  return (
    <section className="z-board-column" aria-label={stage.title}>
      <h2>
        <span>{stage.stage}. {stage.title}</span>
        <span className="z-inline"><b>{stage.count}</b> 人{stage.overdue > 0 && <span className="z-tag z-tag--bad">超期 {stage.overdue}</span>}</span>
      </h2>
      {stage.count === 0
        ? <p className="z-muted">没有处于此阶段的人员</p>
        : (
          <QueryBoundary query={cases}>
            {({ nodes, totalCount }) => (
              <>
                <ul>
                  {nodes.map((row) => (
                    <li key={row.id} className={row.overdue ? 'z-board-late' : ''}>
                      <Link to={link(`/member/development/${row.id}`)}>
                        <b>{row.name}</b><span className="z-muted">{row.branch.shortName}</span>
                        <span>{row.step === null ? '已完成' : `第${row.step}步 ${row.stepTitle ?? ''}`}</span>
                        <span className="z-muted">{row.outcome === 'SUSPENDED' ? '暂缓' : row.actor}</span>
                        {row.latest && <span className="z-muted">最迟 <Due row={row} /></span>}
                      </Link>
                    </li>
                  ))}
                </ul>
                {nodes.length < totalCount && first < 100 && <Button size="small" block onClick={() => setFirst(first + SOME)}>再显示 {Math.min(SOME, totalCount - nodes.length)} 人</Button>}
                {nodes.length < totalCount && first >= 100 && <p className="z-muted">其余请到列表中按阶段查看</p>}
              </>
            )}
          </QueryBoundary>
        )}
    </section>
  )
}
