import { AboutUsDocument, OwnFeedbackDocument, type OwnFeedbackRowFragment } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { feedbackKinds, feedbackStates } from '../../kit/feedback-words'
import { ListPage, type ListColumn } from '../../kit/list-page'
import { Page } from '../../kit/page'
import { StatusTag } from '../../kit/status-tag'
import { instant } from '../../kit/words'
import { ask } from '../../net/ask'
import '../../styles/messages.css'

const FeedbackForm = lazy(async () => ({ default: (await import('./feedback-form')).FeedbackForm }))

/** 建议反馈: what one has told the operators, and their answers. */
export default function FeedbackPage() {
  const [writing, setWriting] = useState(false)
  const about = useQuery({ queryKey: ['about-us'], queryFn: async ({ signal }) => (await ask(AboutUsDocument, {}, signal)).system.aboutUs })
  const reached = about.data && [about.data.phone, about.data.mail, about.data.hours].filter(Boolean).join('，')
  const columns: ListColumn<OwnFeedbackRowFragment>[] = [
    { key: 'createdAt', title: '提交时间', cell: (row) => instant(row.createdAt) },
    { key: 'kind', title: '类型', cell: (row) => feedbackKinds[row.kind].label },
    { key: 'text', title: '内容', fixed: true, cell: (row) => <p className="z-sms-text">{row.text}</p> },
    { key: 'state', title: '状态', cell: (row) => <StatusTag dict={feedbackStates} value={row.state} /> },
    {
      key: 'answers', title: '答复',
      cell: (row) => (row.answers.length === 0 ? '—' : row.answers.map((one) => <p key={one.at} className="z-sms-text">{one.text}（{instant(one.at)}）</p>)),
    },
  ]
  return (
    <Page title="建议反馈" parents={[{ title: '首页', to: '/home' }]} hint={`向平台服务商提出建议或反映问题，答复会显示在这里。${reached ? `也可以直接联系：${reached}。` : ''}`}>
      <ListPage<OwnFeedbackRowFragment>
        name="own-feedback" label="我的反馈" columns={columns} search={[]} empty="您还没有提交过反馈"
        rowKey={(row) => row.id} rowName={(row) => row.text.slice(0, 20)}
        toolbar={<Button type="primary" onClick={() => setWriting(true)}>提交反馈</Button>}
        load={async ({ first, offset }, signal) => (await ask(OwnFeedbackDocument, { first, offset }, signal)).system.myFeedback}
      />
      {writing && <Suspense><FeedbackForm onClose={() => setWriting(false)} /></Suspense>}
    </Page>
  )
}
