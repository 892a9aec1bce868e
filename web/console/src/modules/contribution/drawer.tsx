import {
  ContributionDocument, KeepContributionProofDocument, OpenContributionProofDocument, RemoveContributionDocument, RemoveContributionProofDocument,
  RequestContributionProofDocument, type ContributionRowFragment,
} from '@zhibu/api'
import { PaperClipOutlined, UploadOutlined } from '@ant-design/icons'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button, Popconfirm, Progress } from 'antd'
import { useRef, useState } from 'react'
import { useNavigate } from 'react-router'
import { useConfirmDanger } from '../../kit/confirm-danger'
import { DetailDrawer, Section } from '../../kit/detail-drawer'
import { putFile } from '../../kit/exchange/put-file'
import { useLink } from '../../kit/page'
import { QueryBoundary } from '../../kit/states'
import { useAction } from '../../kit/use-action'
import { wordFrom } from '../../kit/use-dictionary'
import { day, instant, orDash } from '../../kit/words'
import { ask } from '../../net/ask'
import { errorSentence } from '../../net/errors'
import { KIND, hours, useKinds } from './words'
import '../../styles/development.css'

const LARGEST = 10 * 1024 * 1024

/** One contribution beside the list, with its proofs. */
export function ContributionDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const queries = useQueryClient()
  const found = useQuery({
    queryKey: ['contribution', 'one', id],
    queryFn: async ({ signal }) => (await ask(ContributionDocument, { id }, signal)).contribution.contribution,
  })
  const taken = (next: ContributionRowFragment) => {
    queries.setQueryData(['contribution', 'one', id], next)
    void queries.invalidateQueries({ queryKey: ['contribution'], predicate: ({ queryKey }) => queryKey[1] !== 'one' })
  }
  return (
    <DetailDrawer open title={found.data ? `${found.data.person.name}：发挥作用情况` : '发挥作用情况'} onClose={onClose}
      extra={found.data?.editable && <Actions one={found.data} onClose={onClose} />}>
      <QueryBoundary query={found} back={<Button type="primary" onClick={onClose}>返回列表</Button>}>
        {(one) => <Whole one={one} onTaken={taken} />}
      </QueryBoundary>
    </DetailDrawer>
  )
}

function Actions({ one, onClose }: { one: ContributionRowFragment; onClose: () => void }) {
  const navigate = useNavigate()
  const link = useLink()
  const queries = useQueryClient()
  const confirm = useConfirmDanger()
  const remove = () => confirm({
    title: '删除这条记录？', okText: '删除', content: '记录和证明材料一并删除，不能恢复，党员活动证中也不再显示。',
    work: async () => {
      await ask(RemoveContributionDocument, { id: one.id, version: one.version })
      onClose()
      await queries.invalidateQueries({ queryKey: ['contribution'] })
    },
  })
  return (
    <div className="z-inline">
      <Button danger onClick={remove}>删除</Button>
      <Button type="primary" onClick={() => void navigate(link(`/member/contribution/${one.id}/edit`))}>编辑</Button>
    </div>
  )
}

function Whole({ one, onTaken }: { one: ContributionRowFragment; onTaken: (next: ContributionRowFragment) => void }) {
  const { data: entries } = useKinds()
  return (
    <>
      <dl className="z-facts z-facts--two">
        <div><dt>党员</dt><dd>{one.person.name}</dd></div>
        <div><dt>所在党支部</dt><dd>{one.branch.shortName}</dd></div>
        <div><dt>类型</dt><dd>{wordFrom(entries, KIND, one.kind)}</dd></div>
        <div><dt>日期</dt><dd>{day(one.servedOn)}</dd></div>
        <div><dt>地点</dt><dd>{orDash(one.place)}</dd></div>
        <div><dt>时长</dt><dd>{hours(one.minutes)}</dd></div>
        <div><dt>登记人</dt><dd>{one.recordedBy}</dd></div>
        <div><dt>登记时间</dt><dd>{instant(one.createdAt)}</dd></div>
      </dl>
      <Section title="内容"><article className="z-prose">{one.body.split('\n').map((words, index) => <p key={index}>{words}</p>)}</article></Section>
      <Proofs one={one} onTaken={onTaken} />
    </>
  )
}

function Proofs({ one, onTaken }: { one: ContributionRowFragment; onTaken: (next: ContributionRowFragment) => void }) {
  const { message } = App.useApp()
  const input = useRef<HTMLInputElement>(null)
  const [percent, setPercent] = useState<number | null>(null)
  const remove = useAction(async (id: string) => onTaken((await ask(RemoveContributionProofDocument, { id })).contribution.removeProof), { success: '已删除' })
  const open = useAction(async (id: string) => {
    const { url, fileName } = (await ask(OpenContributionProofDocument, { id })).contribution.openProof
    const anchor = document.createElement('a')
    anchor.href = url
    anchor.download = fileName
    anchor.click()
  })
  async function send(file: File): Promise<void> {
    if (file.size === 0 || file.size > LARGEST) return void message.error(file.size === 0 ? '这是空文件，请重新选择' : '文件超过 10MB，请缩小后再上传')
    setPercent(0)
    try {
      const { id, url, contentType } = (await ask(RequestContributionProofDocument, { id: one.id, fileName: file.name, size: file.size })).contribution.requestProof
      await putFile(url, file, contentType, setPercent, new AbortController().signal)
      onTaken((await ask(KeepContributionProofDocument, { id })).contribution.keepProof)
      void message.success('证明材料已上传')
    } catch (cause) {
      void message.error(errorSentence(cause), 6)
    } finally {
      setPercent(null)
    }
  }
  return (
    <Section title="证明材料" extra={one.editable && (
      <Button icon={<UploadOutlined aria-hidden />} loading={percent !== null} onClick={() => input.current?.click()}>上传</Button>
    )}>
      {percent !== null && <Progress percent={percent} size="small" aria-label="上传进度" />}
      {one.proofs.length === 0 && <p className="z-muted">还没有证明材料{one.editable && '；可上传图片（jpg、png）、PDF 或 Word 文件，每份不超过 10MB，最多 9 份'}</p>}
      <ul className="z-papers" aria-label="证明材料">
        {one.proofs.map((proof) => (
          <li key={proof.id} className="z-inline">
            <PaperClipOutlined aria-hidden />
            <Button type="link" size="small" onClick={() => open.mutate(proof.id)}>{proof.fileName}</Button>
            <span className="z-muted">{proof.by}，{instant(proof.at)}</span>
            {one.editable && (
              <Popconfirm title={`删除“${proof.fileName}”？`} okText="删除" cancelText="取消" onConfirm={() => remove.mutate(proof.id)}>
                <Button type="link" size="small" aria-label={`删除证明材料 ${proof.fileName}`}>删除</Button>
              </Popconfirm>
            )}
          </li>
        ))}
      </ul>
      <input ref={input} type="file" hidden accept=".jpg,.jpeg,.png,.pdf,.docx" data-testid="proof" onChange={(event) => {
        const file = event.target.files?.[0]
        event.target.value = ''
        if (file) void send(file)
      }} />
    </Section>
  )
}
