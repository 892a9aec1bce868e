import { MeetingDocument } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { Alert, Button } from 'antd'
import { useParams } from 'react-router'
import { ExportBar } from '../../kit/exchange/export-bar'
import { ExportButtons } from '../../kit/exchange/export-buttons'
import { Page } from '../../kit/page'
import { QueryBoundary } from '../../kit/states'
import { today } from '../../kit/words'
import { ask } from '../../net/ask'
import { seatsOf } from './form-values'
import { kindsOf, meetingModes, PAPER, span } from './words'
import '../../styles/development.css'
import './meeting.css'

/** 会议纪要 on paper, printed or saved as PDF. */
export default function MinutesPage() {
  const { id = '' } = useParams()
  const file = useQuery({
    queryKey: ['meeting', 'print', id],
    queryFn: async ({ signal }) => {
      const one = (await ask(MeetingDocument, { id }, signal)).meeting.meeting
      return { one, seats: one.manages ? await seatsOf(id, signal) : [] }
    },
  })
  return (
    <Page title="会议纪要" menu="meeting.list" parents={[{ title: file.data?.one.meeting.title ?? '会议', to: `/meeting/list/${id}?tab=minutes` }]}
      hint="可直接打印，也可生成 PDF 文件；文件在“下载记录”中保留 7 天。"
      extra={<><ExportButtons {...PAPER} filter={{ meeting: id }} count={1} /><Button type="primary" onClick={() => window.print()}>打印</Button></>}>
      <ExportBar {...PAPER} />
      <QueryBoundary query={file}>
        {({ one, seats }) => {
          const { meeting } = one
          const minutes = one.minutes[0]
          const those = (of: (seat: (typeof seats)[number]) => boolean) => seats.filter(of).map(({ name }) => name).join('、') || '无'
          if (!minutes) return <Alert type="info" showIcon title="会议纪要还没有填写" />
          return (
            <article className="z-paper z-meeting-paper">
              <h2>会议纪要</h2>
              <table className="z-form">
                <tbody>
                  <tr><th>会议主题</th><td colSpan={3}>{meeting.title}</td></tr>
                  <tr><th>召开组织</th><td>{meeting.organisation.shortName}</td><th>会议类型</th><td>{kindsOf(meeting)}</td></tr>
                  <tr><th>会议时间</th><td>{span(meeting.startsAt, meeting.endsAt)}</td><th>会议地点</th><td>{meeting.place ?? meetingModes[meeting.mode].label}</td></tr>
                  <tr><th>主持人</th><td>{one.host?.name ?? ''}</td><th>记录人</th><td>{one.recorder?.name ?? ''}</td></tr>
                  {one.speaker && <tr><th>主讲人</th><td colSpan={3}>{one.speaker}</td></tr>}
                  <tr><th>到会情况</th><td colSpan={3}>应到 {minutes.should} 人，出席 {minutes.present} 人，迟到 {minutes.late} 人，请假 {minutes.onLeave} 人，缺席 {minutes.absent} 人</td></tr>
                  {seats.length > 0 && (
                    <>
                      <tr><th>出席</th><td colSpan={3}>{those(({ part, attendance }) => part === 'SHOULD' && (attendance === 'PRESENT' || attendance === 'LATE'))}</td></tr>
                      <tr><th>请假</th><td colSpan={3}>{those(({ part, attendance }) => part === 'SHOULD' && attendance === 'LEAVE')}</td></tr>
                      <tr><th>缺席</th><td colSpan={3}>{those(({ part, attendance }) => part === 'SHOULD' && attendance === 'ABSENT')}</td></tr>
                    </>
                  )}
                  {(one.observers || seats.some(({ part }) => part === 'OBSERVER')) && (
                    <tr><th>列席</th><td colSpan={3}>{[...seats.filter(({ part }) => part === 'OBSERVER').map(({ name }) => name), one.observers].filter(Boolean).join('、')}</td></tr>
                  )}
                  <tr><th>会议议程</th><td colSpan={3} className="z-lines">{one.agenda}</td></tr>
                </tbody>
              </table>
              {([['会议内容', minutes.body], ['会议决议', minutes.resolutions], ['待办事项', minutes.tasks]] as const).filter(([, text]) => text).map(([title, text]) => (
                <section key={title}><h3>{title}</h3><div className="z-lines">{text}</div></section>
              ))}
              {minutes.reason && <p>（第 {minutes.number} 版，更正原因：{minutes.reason}）</p>}
              <p className="z-form-foot"><span>主持人（签字）：</span><span>记录人（签字）：</span><span>打印日期：{today()}</span></p>
            </article>
          )
        }}
      </QueryBoundary>
    </Page>
  )
}
