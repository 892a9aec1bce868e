import { DevelopmentFileDocument, DevelopmentStepsDocument } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useParams } from 'react-router'
import { ExportBar } from '../../kit/exchange/export-bar'
import { ExportButtons } from '../../kit/exchange/export-buttons'
import { Page } from '../../kit/page'
import { QueryBoundary } from '../../kit/states'
import { useEntries, wordFrom } from '../../kit/use-dictionary'
import { day, today } from '../../kit/words'
import { ask } from '../../net/ask'
import { FORM, outcomes, standings } from '@zhibu/api/development-words'
import '../../styles/development.css'

/** 发展党员工作全程纪实表: the case as a form on paper, printed or saved as PDF by the browser. */
export function PrintPage() {
  const { id = '' } = useParams()
  const entries = useEntries(['sex', 'ethnicity', 'education_level', 'development_doc'])
  const file = useQuery({
    queryKey: ['development', 'print', id],
    queryFn: async ({ signal }) => ({
      one: (await ask(DevelopmentFileDocument, { id }, signal)).development.case,
      guide: (await ask(DevelopmentStepsDocument, {}, signal)).development.steps,
    }),
  })
  const word = (kind: string, code: string) => wordFrom(entries.data, kind, code)
  return (
    <Page title="全程纪实表" menu="member.development" parents={[{ title: file.data?.one.case.name ?? '发展档案', to: `/member/development/${id}` }]}
      hint="可直接打印，也可生成 PDF 文件；文件在“下载记录”中保留 7 天。"
      extra={<><ExportButtons {...FORM} filter={{ case: id }} count={1} /><Button type="primary" onClick={() => window.print()}>打印</Button></>}>
      <ExportBar {...FORM} />
      <QueryBoundary query={file}>
        {({ one, guide }) => (
          <article className="z-paper">
            <h2>发展党员工作全程纪实表</h2>
            <table className="z-form">
              <tbody>
                <tr><th>姓名</th><td>{one.case.name}</td><th>性别</th><td>{word('sex', one.case.sex)}</td><th>出生日期</th><td>{day(one.case.birthDate)}</td></tr>
                <tr><th>民族</th><td>{word('ethnicity', one.case.ethnicity)}</td><th>学历</th><td>{word('education_level', one.case.educationLevel)}</td><th>公民身份号码</th><td>{one.case.idNumber}</td></tr>
                <tr><th>所在党支部</th><td colSpan={3}>{one.case.branch.shortName}</td><th>现状</th><td>{standings[one.case.standing].label}（{outcomes[one.case.outcome].label}）</td></tr>
                <tr><th>工作单位及职务</th><td colSpan={5}>{one.case.employer ?? ''}</td></tr>
              </tbody>
            </table>
            <table className="z-form">
              <thead><tr><th>阶段</th><th>步骤</th><th>办理日期</th><th>办理情况</th><th>材料</th></tr></thead>
              <tbody>
                {guide.map((step, at) => {
                  const look = one.steps.find(({ no }) => no === step.no)
                  const first = at === 0 || guide[at - 1]?.stage !== step.stage
                  const names = one.documents.filter((paper) => paper.step === step.no && !paper.past).map((paper) => word('development_doc', paper.kind))
                  return (
                    <tr key={step.no}>
                      {first && <th rowSpan={guide.filter(({ stage }) => stage === step.stage).length}>{step.stageTitle}</th>}
                      <td>{step.no}. {step.title}</td><td>{look?.on ? day(look.on) : ''}</td><td>{look?.given.join('；')}</td><td>{[...new Set(names)].join('、')}</td>
                    </tr>
                  )
                })}
              </tbody>
            </table>
            <p className="z-form-foot"><span>党支部（盖章）：</span><span>上级党委（盖章）：</span><span>打印日期：{today()}</span></p>
          </article>
        )}
      </QueryBoundary>
    </Page>
  )
}
