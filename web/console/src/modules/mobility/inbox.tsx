import {
  ArrivedLetterFileDocument, ArrivedLettersDocument, ReadLetterDocument, RefuseLetterDocument, TakeLetterDocument, optionsOf,
  type ArrivedDetailFragment, type ArrivedRowFragment,
} from '@zhibu/api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Alert, App, Button, Form, Input, Upload } from 'antd'
import { useMemo, useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { useConfirmDanger } from '../../kit/confirm-danger'
import { DetailDrawer, Section } from '../../kit/detail-drawer'
import { FormProblem } from '../../kit/form-problem'
import { ListPage, type ListColumn } from '../../kit/list-page'
import type { SearchField } from '../../kit/list-search'
import { OrgPicker } from '../../kit/org-picker'
import { useLink } from '../../kit/page'
import { QueryBoundary } from '../../kit/states'
import { StatusTag } from '../../kit/status-tag'
import { useSubmit } from '../../kit/use-submit'
import { day, instant, oneOf } from '../../kit/words'
import { ask } from '../../net/ask'
import { Compare, SignedText } from './codes'
import { BRANCHES } from './fields'
import { inboxStates } from '@zhibu/api/mobility-words'

/** 电子介绍信: letters that have arrived by themselves or were pasted. */
export function Inbox({ under }: { under: string | null }) {
  const [open, setOpen] = useState<string | null>(null)
  const [pasting, setPasting] = useState(false)
  const search = useMemo((): SearchField[] => [{ name: 'state', label: '状态', options: optionsOf(inboxStates) }], [])
  const columns: ListColumn<ArrivedRowFragment>[] = [
    { key: 'name', title: '姓名', fixed: true, cell: (row) => <Button type="link" size="small" className="z-cell-link" onClick={() => setOpen(row.id)}>{row.name}</Button> },
    { key: 'from', title: '转出党组织', cell: (row) => <span className="z-wrap">{row.fromName}</span> },
    { key: 'number', title: '介绍信编号', cell: (row) => row.number },
    { key: 'to', title: '接收党委', cell: (row) => <span className="z-wrap">{row.organisation.shortName}</span> },
    { key: 'until', title: '有效期至', cell: (row) => <span className="z-inline">{day(row.validUntil)}{row.expired && <span className="z-tag z-tag--bad">已过期</span>}</span> },
    { key: 'state', title: '状态', cell: (row) => <StatusTag dict={inboxStates} value={row.state} /> },
    { key: 'at', title: '收到时间', cell: (row) => instant(row.arrivedAt) },
  ]
  return (
    <>
      <ListPage<ArrivedRowFragment>
        name="arrived" label="电子介绍信列表" columns={columns} search={search} depends={[under]} empty="还没有收到电子介绍信"
        rowKey={(row) => row.id} rowName={(row) => row.name} onOpen={(row) => setOpen(row.id)}
        toolbar={<Button type="primary" onClick={() => setPasting(true)}>录入电子介绍信</Button>}
        load={async ({ first, offset, filter }, signal) => (await ask(ArrivedLettersDocument, { first, offset, under, state: oneOf(inboxStates, filter['state']) ?? null }, signal)).mobility.arrivedLetters}
      />
      {pasting && <Paste onClose={() => setPasting(false)} onRead={(id) => { setPasting(false); setOpen(id) }} />}
      {open && <Opened id={open} onClose={() => setOpen(null)} />}
    </>
  )
}

/** Takes a signed text from the clipboard or from a file. */
export function TextField({ label }: { label: string }) {
  const form = Form.useFormInstance()
  return (
    <>
      <Form.Item name="text" label={label} extra="粘贴对方给的全部文字，换行没有关系" rules={[{ required: true, whitespace: true, message: `请粘贴${label}` }]}>
        <Input.TextArea rows={8} maxLength={60_000} autoComplete="off" />
      </Form.Item>
      <Upload accept=".txt" showUploadList={false} beforeUpload={(file) => { void file.text().then((text) => form.setFieldValue('text', text)); return false }}>
        <Button>从文件读取</Button>
      </Upload>
    </>
  )
}

function Paste({ onClose, onRead }: { onClose: () => void; onRead: (id: string) => void }) {
  const [form] = Form.useForm<{ text: string }>()
  const queries = useQueryClient()
  const { submit, busy, problem } = useSubmit<{ text: string }, ArrivedDetailFragment>(
    form, async ({ text }) => (await ask(ReadLetterDocument, { text })).mobility.readLetter,
    ({ letter }) => { void queries.invalidateQueries({ queryKey: ['arrived'] }); onRead(letter.id) },
  )
  return (
    <DetailDrawer open title="录入电子介绍信" onClose={onClose} sticky size={560}>
      <Form<{ text: string }> form={form} name="letter" layout="vertical" onFinish={(values) => void submit(values)}>
        <TextField label="电子介绍信" />
        <div className="z-actions"><FormProblem problem={problem} /><Button onClick={onClose}>取消</Button><Button type="primary" htmlType="submit" loading={busy}>核验并收下</Button></div>
      </Form>
    </DetailDrawer>
  )
}

function Opened({ id, onClose }: { id: string; onClose: () => void }) {
  const link = useLink()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const danger = useConfirmDanger()
  const { message } = App.useApp()
  const [taking, setTaking] = useState(false)
  const file = useQuery({ queryKey: ['arrived', 'one', id], queryFn: async ({ signal }) => (await ask(ArrivedLetterFileDocument, { id }, signal)).mobility.arrivedLetter })
  const refresh = () => { void queries.invalidateQueries({ queryKey: ['arrived'] }); void queries.invalidateQueries({ queryKey: ['transfer'] }) }
  return (
    <DetailDrawer open title="电子介绍信" onClose={onClose} size={720}>
      <QueryBoundary query={file}>
        {(one) => (
          <>
            {!one.here && <Compare fingerprint={one.fingerprint} />}
            {one.warnings.map((words) => <Alert key={words} className="z-gap-bottom" type="warning" showIcon title={words} />)}
            <p className="z-inline">
              <b>{one.letter.name}</b><StatusTag dict={inboxStates} value={one.letter.state} /><span className="z-muted">{one.letter.fromName}，{one.letter.number}，有效期至 {day(one.letter.validUntil)}</span>
            </p>
            <LetterSays facts={one.facts} along={one.along} />
            {one.note && <Alert className="z-gap-bottom" type="info" showIcon title={`拒收原因：${one.note}`} />}
            {one.receipt && <Section title="回执"><p className="z-muted">{one.here ? '回执已自动送回转出方。' : '请把回执发给转出方，转出方据此办结。'}</p><SignedText text={one.receipt} label="回执" /></Section>}
            <div className="z-actions">
              {one.letter.transfer && <Link to={link(`/member/transfer/${one.letter.transfer}`)}><Button>查看办理情况</Button></Link>}
              {one.open && (
                <>
                  <Button danger onClick={() => danger({
                    title: '拒收电子介绍信', content: '拒收的原因会送回转出方，该党员仍由转出方管理。', okText: '拒收', reason: '拒收原因',
                    work: async (reason) => { await ask(RefuseLetterDocument, { id, reason }); refresh(); void message.success('已拒收') },
                  })}>拒收</Button>
                  <Button type="primary" disabled={one.letter.expired} onClick={() => setTaking(true)}>审核通过，转支部接收</Button>
                </>
              )}
            </div>
          </>
        )}
      </QueryBoundary>
      {taking && <Take id={id} onClose={() => setTaking(false)} onTaken={(transfer) => { refresh(); void navigate(link(`/member/transfer/${transfer}`)) }} />}
    </DetailDrawer>
  )
}

function Take({ id, onClose, onTaken }: { id: string; onClose: () => void; onTaken: (transfer: string) => void }) {
  const [form] = Form.useForm<{ branch: string }>()
  const { submit, busy, problem } = useSubmit<{ branch: string }, string>(
    form, async ({ branch }) => (await ask(TakeLetterDocument, { id, branch })).mobility.takeLetter.transfer.id, onTaken,
  )
  return (
    <DetailDrawer open title="转支部接收" onClose={onClose} sticky size={480}>
      <Form<{ branch: string }> form={form} name="take" layout="vertical" onFinish={(values) => void submit(values)}>
        <Form.Item name="branch" label="接收党支部" rules={[{ required: true, message: '请选择接收党支部' }]}><OrgPicker label="接收党支部" kinds={BRANCHES} placeholder="请选择接收党支部" /></Form.Item>
        <div className="z-actions"><FormProblem problem={problem} /><Button onClick={onClose}>取消</Button><Button type="primary" htmlType="submit" loading={busy}>确定</Button></div>
      </Form>
    </DetailDrawer>
  )
}

/** What a letter says of a member, and what goes along. */
export function LetterSays({ facts, along }: Pick<ArrivedDetailFragment, 'facts' | 'along'>) {
  return (
    <>
      <Section title="党员基本情况">
        <dl className="z-facts">{facts.map(({ label, value }) => <div key={label}><dt>{label}</dt><dd>{value}</dd></div>)}</dl>
      </Section>
      {along.map(({ title, lines }) => (
        <Section key={title} title={title}><ul className="z-lines">{lines.map((line) => <li key={line}>{line}</li>)}</ul></Section>
      ))}
    </>
  )
}
