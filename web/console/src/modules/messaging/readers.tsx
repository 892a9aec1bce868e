import { NoticeReadersDocument, optionsOf, type AnnouncementDeliveryState, type AnnouncementRung, type NoticeReaderFragment, type NoticeWholeFragment } from '@zhibu/api'
import { ListPage, type ListColumn } from '../../kit/list-page'
import type { SearchField } from '../../kit/list-search'
import { instant, oneOf } from '../../kit/words'
import { ask } from '../../net/ask'
import { deliveryStates, deliveryWord, rungs, secondsWords, viaWords, yuan } from './words'

/** What has left is paid for, also when it did not arrive. */
const PAID: ReadonlySet<AnnouncementDeliveryState> = new Set(['SENT', 'DELIVERED', 'FAILED'])

const SEARCH: readonly SearchField[] = [
  { name: 'name', label: '姓名', placeholder: '姓名' },
  { name: 'read', label: '阅读', options: [{ value: 'no', label: '未读' }, { value: 'yes', label: '已读' }] },
  { name: 'state', label: '送达状态', options: optionsOf(deliveryStates) },
]

/** 接收人: who has read it, and what became of what was sent to them. */
export function Readers({ one }: { one: NoticeWholeFragment }) {
  const { id } = one.announcement
  const columns: ListColumn<NoticeReaderFragment>[] = [
    { key: 'name', title: '姓名', fixed: true, cell: (row) => row.name },
    { key: 'place', title: '所在党支部', cell: (row) => <span className="z-wrap">{row.place}</span> },
    { key: 'read', title: '阅读', fixed: true, cell: (row) => (row.readAt ? <span className="z-inline"><span className="z-tag z-tag--ok">已读</span><span className="z-muted">{instant(row.readAt)}</span></span> : <span className="z-tag z-tag--off">未读</span>) },
    ...one.rungs.map(({ rung }): ListColumn<NoticeReaderFragment> => ({ key: rung, title: rungs[rung].label, cell: (row) => <Delivery row={row} rung={rung} /> })),
    { key: 'fen', title: '费用', cell: (row) => yuan(row.deliveries.reduce((sum, { state, fen }) => sum + (PAID.has(state) ? fen : 0), 0)) },
  ]
  return (
    <ListPage<NoticeReaderFragment>
      name="notice-readers" label="接收人" columns={columns} search={SEARCH} depends={[id]} empty="没有接收人" rowKey={(row) => row.person} rowName={(row) => row.name}
      load={async ({ first, offset, filter }, signal) => (await ask(NoticeReadersDocument, {
        announcement: id, first, offset,
        filter: { name: filter.name ?? null, read: filter.read === 'yes' ? true : filter.read === 'no' ? false : null, state: oneOf(deliveryStates, filter.state) ?? null },
      }, signal)).messaging.readers}
    />
  )
}

/** What became of one rung: the last that was tried. */
function Delivery({ row, rung }: { row: NoticeReaderFragment; rung: AnnouncementRung }) {
  const last = row.deliveries.filter((one) => one.rung === rung).at(-1)
  if (!last) return <span className="z-muted">—</span>
  const { state, detail, seconds, at } = last
  const more = [viaWords(last.via), seconds === null ? null : `接听 ${secondsWords(seconds)}`, detail, instant(at)].filter(Boolean)
  return (
    <span className="z-delivery">
      <span className={`z-tag z-tag--${deliveryStates[state].tone ?? 'off'}`}>{deliveryWord(rung, state)}</span>
      <span className="z-muted">{more.join(' · ')}</span>
    </span>
  )
}
