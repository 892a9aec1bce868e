import { CampaignDocument, CampaignsDocument, CancelMessagesDocument, MessagesDocument, optionsOf, type CampaignRowFragment, type MessageRowFragment } from '@zhibu/api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Alert, App, Button, Progress } from 'antd'
import { useSearchParams } from 'react-router'
import { useConfirmDanger } from '../../kit/confirm-danger'
import { Section } from '../../kit/detail-drawer'
import { ListPage, type ListColumn } from '../../kit/list-page'
import { Page } from '../../kit/page'
import { usePermission } from '../../kit/permissions'
import { QueryBoundary } from '../../kit/states'
import { StatusTag } from '../../kit/status-tag'
import { instant, oneOf, orDash } from '../../kit/words'
import { ask } from '../../net/ask'
import { messageStates, messageWaits, yuan } from './message-words'
import '../../styles/messages.css'

const SEARCH = [
  { name: 'name', label: '姓名', placeholder: '姓名' },
  { name: 'state', label: '状态', options: optionsOf(messageStates) },
] as const
const count = (row: CampaignRowFragment, ...states: string[]) =>
  row.tallies.reduce((sum, tally) => (states.includes(tally.state) ? sum + tally.count : sum), 0)

/** 短信记录: orders, and of one order its progress and receipts. */
export default function MessagesPage() {
  const [params, setParams] = useSearchParams()
  const campaign = params.get('campaign')
  return campaign
    ? <Order id={campaign} onBack={() => setParams({})} />
    : <Orders onOpen={(id) => setParams({ campaign: id })} />
}

function Orders({ onOpen }: { onOpen: (id: string) => void }) {
  const columns: ListColumn<CampaignRowFragment>[] = [
    { key: 'orderedAt', title: '提交时间', fixed: true, cell: (row) => <Button type="link" size="small" className="z-cell-link" onClick={() => onOpen(row.id)}>{instant(row.orderedAt)}</Button> },
    { key: 'template', title: '模板', cell: (row) => <span className="z-wrap">{row.templateName}</span> },
    { key: 'count', title: '人数', cell: (row) => row.count },
    { key: 'sent', title: '已发送', cell: (row) => count(row, 'SENT', 'DELIVERED') },
    { key: 'delivered', title: '已送达', cell: (row) => count(row, 'DELIVERED') },
    { key: 'failed', title: '失败', cell: (row) => count(row, 'FAILED') },
    { key: 'waiting', title: '等待', cell: (row) => count(row, 'QUEUED', 'SENDING') },
    { key: 'fen', title: '费用', cell: (row) => yuan(row.fen) },
    { key: 'by', title: '提交人', cell: (row) => row.orderedBy },
  ]
  return (
    <Page title="短信记录" menu="member.messages" hint="在“党员信息”中选择党员后点“短信提醒”发送。">
      <ListPage<CampaignRowFragment>
        name="campaigns" label="短信记录" columns={columns} empty="还没有发送过短信" rowKey={(row) => row.id} onOpen={(row) => onOpen(row.id)}
        load={async ({ first, offset }, signal) => (await ask(CampaignsDocument, { first, offset }, signal)).system.campaigns}
      />
    </Page>
  )
}

function Order({ id, onBack }: { id: string; onBack: () => void }) {
  const query = useQuery({
    queryKey: ['campaigns', 'one', id],
    queryFn: async ({ signal }) => (await ask(CampaignDocument, { id }, signal)).system.campaign,
    // What waits for morning need not be asked about every other second.
    refetchInterval: ({ state: { data } }) => (data && !data.waits && count(data, 'QUEUED', 'SENDING') > 0 ? 2_000 : 30_000),
  })
  const open = query.data ? count(query.data, 'QUEUED', 'SENDING') : 0
  const columns: ListColumn<MessageRowFragment>[] = [
    // Nothing else in the list takes the focus, and without it the keyboard cannot move a table that is wider than the screen.
    { key: 'name', title: '姓名', fixed: true, cell: (row) => <span tabIndex={0}>{row.name}</span> },
    { key: 'branch', title: '所在党支部', cell: (row) => <span className="z-wrap">{row.branch.shortName}</span> },
    { key: 'mobile', title: '手机号', cell: (row) => row.mobile },
    { key: 'state', title: '状态', fixed: true, cell: (row) => <StatusTag dict={messageStates} value={row.state} /> },
    { key: 'detail', title: '说明', cell: (row) => <span className="z-wrap">{orDash(row.detail)}</span> },
    { key: 'parts', title: '计费条数', cell: (row) => row.parts },
    { key: 'sentAt', title: '发送时间', cell: (row) => instant(row.sentAt) },
    { key: 'reportedAt', title: '回执时间', cell: (row) => instant(row.reportedAt) },
    { key: 'environment', title: '环境', hidden: true, cell: (row) => (row.environment === 'SANDBOX' ? '演示' : row.environment ? '正式' : '—') },
  ]
  return (
    <Page title="短信记录" menu="member.messages" extra={<Button onClick={onBack}>返回全部记录</Button>}>
      <QueryBoundary query={query}>{(row) => <Progressing row={row} />}</QueryBoundary>
      <ListPage<MessageRowFragment>
        name="messages" label="短信列表" columns={columns} search={SEARCH} depends={[id, open]} empty="没有符合条件的短信" rowKey={(row) => row.id}
        load={async ({ first, offset, filter }, signal) => (await ask(MessagesDocument, {
          first, offset, filter: { campaign: id, name: filter.name ?? null, state: oneOf(messageStates, filter.state) ?? null },
        }, signal)).system.messages}
      />
    </Page>
  )
}

function Progressing({ row }: { row: CampaignRowFragment }) {
  const may = usePermission('member.messages.send')
  const cancel = useCancel(row.id)
  const all = row.tallies.reduce((sum, tally) => sum + tally.count, 0)
  const queued = count(row, 'QUEUED')
  const done = all - count(row, 'QUEUED', 'SENDING')
  return (
    <Section title={row.templateName} extra={may && queued > 0 && <Button danger onClick={() => cancel(queued)}>取消未发送</Button>}>
      <p className="z-sms-text">{row.text}</p>
      {row.waits && <Alert className="z-gap-bottom" type="info" showIcon title={`还有 ${queued + count(row, 'SENDING')} 条等待：${messageWaits[row.waits].label}${row.waitsUntil ? `（${instant(row.waitsUntil)}）` : ''}`} />}
      <Progress percent={all > 0 ? Math.floor((done * 100) / all) : 0} aria-label="发送进度" />
      <p className="z-inline">
        {row.tallies.map((tally) => <span key={tally.state}><StatusTag dict={messageStates} value={tally.state} /> {tally.count}</span>)}
        <span className="z-muted">费用 {yuan(row.fen)} · {row.orderedBy} {instant(row.orderedAt)} 提交</span>
      </p>
    </Section>
  )
}

function useCancel(id: string) {
  const confirm = useConfirmDanger()
  const queries = useQueryClient()
  const { message } = App.useApp()
  return (queued: number) => confirm({
    title: `取消未发送的 ${queued} 条短信`, content: '已经发出的不能收回。', okText: '取消发送',
    work: async () => {
      const { cancelMessages } = (await ask(CancelMessagesDocument, { id })).system
      await Promise.all(['campaigns', 'messages'].map((key) => queries.invalidateQueries({ queryKey: [key] })))
      void message.success(`已取消 ${cancelMessages} 条`)
    },
  })
}
