import { PrintLetterDocument, TransferFileDocument, type PrintLetterMutation } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { Alert, Button } from 'antd'
import { useState } from 'react'
import { useParams } from 'react-router'
import { ExportBar } from '../../kit/exchange/export-bar'
import { ExportButtons } from '../../kit/exchange/export-buttons'
import { Page } from '../../kit/page'
import { QueryBoundary } from '../../kit/states'
import { useAction } from '../../kit/use-action'
import { useEntries, wordFrom } from '../../kit/use-dictionary'
import { today } from '../../kit/words'
import { ask } from '../../net/ask'
import { LETTER } from '@zhibu/api/mobility-words'
import '../../styles/mobility.css'

type Letter = PrintLetterMutation['mobility']['printLetter']

const chinese = (day: string): string => {
  const [year = '', month = '', date = ''] = day.split('-')
  return `${year}年${Number(month)}月${Number(date)}日`
}

/** 介绍信 with its three parts: the stub, the letter, the receipt. Whoever opens it is recorded, since it shows the whole number. */
export function LetterPage() {
  const { id = '' } = useParams()
  const [letter, setLetter] = useState<Letter | null>(null)
  const open = useAction(async () => (await ask(PrintLetterDocument, { id })).mobility.printLetter, { done: setLetter })
  return (
    <Page title="打印介绍信" menu="member.transfer" parents={[{ title: '调动', to: `/member/transfer/${id}` }]}
      hint="可直接打印，也可生成 PDF 文件；文件在“下载记录”中保留 7 天。"
      extra={<><ExportButtons {...LETTER} filter={{ transfer: id }} count={1} />{letter && <Button type="primary" onClick={() => window.print()}>打印</Button>}</>}>
      <ExportBar {...LETTER} />
      {letter ? <Paper letter={letter} /> : (
        <Alert type="info" showIcon title="介绍信含完整的公民身份号码，打开会留下记录"
          action={<Button type="primary" loading={open.isPending} onClick={() => open.mutate(undefined)}>显示介绍信</Button>} />
      )}
    </Page>
  )
}

function Paper({ letter }: { letter: Letter }) {
  const entries = useEntries(['sex', 'ethnicity'])
  const word = (kind: string, code: string) => wordFrom(entries.data, kind, code)
  const { name, number, committee, to, from, idNumber } = letter
  const who = `${name}同志（${word('sex', letter.sex)}，${letter.age ?? '—'}岁，${word('ethnicity', letter.ethnicity)}，系${letter.formal ? '正式' : '预备'}党员，公民身份号码${idNumber}）`
  const paid = letter.duesPaidTo ? `${letter.duesPaidTo.slice(0, 4)}年${Number(letter.duesPaidTo.slice(5))}月` : '　　年　月'
  return (
    <article className="z-paper z-letter">
      <section aria-label="第一联 存根">
        <h2>中国共产党党员组织关系介绍信存根</h2>
        <p className="z-letter-no">第 {number} 号</p>
        <p>{who}，由{from}去{to}。</p>
        <p>党费交至{paid}。有效期{letter.validDays}天。</p>
        <p className="z-letter-foot"><span>经办人：{letter.issuer}</span><span>{chinese(letter.issuedOn)}</span></p>
      </section>
      <section aria-label="第二联 介绍信">
        <h2>中国共产党党员组织关系介绍信</h2>
        <p className="z-letter-no">第 {number} 号</p>
        <p>{to}：</p>
        <p className="z-letter-body">{who}，组织关系由{from}转到你处，请接转组织关系。该同志党费已交到{paid}。</p>
        <p>（有效期{letter.validDays}天，至{chinese(letter.validUntil)}）</p>
        <p className="z-letter-foot"><span>{committee}（盖章）</span><span>{chinese(letter.issuedOn)}</span></p>
        <p className="z-letter-small">党员联系电话：{letter.mobile}　党员原所在基层党委通讯地址：{letter.address}　联系电话：{letter.phone}</p>
      </section>
      <section aria-label="第三联 回执联">
        <h2>中国共产党党员组织关系介绍信回执联</h2>
        <p className="z-letter-no">第 {number} 号</p>
        <p>{committee}：</p>
        <p className="z-letter-body">{name}同志的党员组织关系已转到我处，特此回复。</p>
        <p className="z-letter-foot"><span>（盖章）</span><span>　　　　年　　月　　日</span></p>
        <p className="z-letter-small">经办人：　　　　　　联系电话：　　　　　　（由接收党委填写后寄回：{letter.address}）</p>
      </section>
    </article>
  )
}

/** 回执 for a letter on paper, once the member was taken in. */
export function ReceiptPage() {
  const { id = '' } = useParams()
  const file = useQuery({ queryKey: ['transfer', 'receipt', id], queryFn: async ({ signal }) => (await ask(TransferFileDocument, { id }, signal)).mobility.transfer })
  return (
    <Page title="打印回执" menu="member.transfer" parents={[{ title: '调动', to: `/member/transfer/${id}` }]}
      hint="在打印窗口中选择打印机，或选择“另存为 PDF”。" extra={<Button type="primary" onClick={() => window.print()}>打印</Button>}>
      <QueryBoundary query={file}>
        {({ transfer }) => (
          <article className="z-paper z-letter">
            <section aria-label="回执">
              <h2>中国共产党党员组织关系介绍信回执联</h2>
              <p className="z-letter-no">第 {transfer.letterNo} 号</p>
              <p>{transfer.fromName}：</p>
              <p className="z-letter-body">{transfer.name}同志的党员组织关系已转到我处（{transfer.toName}），特此回复。</p>
              <p className="z-letter-foot"><span>（盖章）</span><span>{chinese(transfer.closedAt?.slice(0, 10) ?? today())}</span></p>
            </section>
          </article>
        )}
      </QueryBoundary>
    </Page>
  )
}
