import { CloseReceivingCodeDocument, MakeReceivingCodeDocument, ReceivingCodesDocument, type ReceivingCodeRowFragment } from '@zhibu/api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Alert, App, Button, Form, Input, InputNumber, QRCode } from 'antd'
import { useState } from 'react'
import { copyText, saveText } from '../../kit/clipboard'
import { useConfirmDanger } from '../../kit/confirm-danger'
import { DetailDrawer, Section } from '../../kit/detail-drawer'
import { FormProblem } from '../../kit/form-problem'
import { OrgPicker } from '../../kit/org-picker'
import { EmptyState, QueryBoundary } from '../../kit/states'
import { useSubmit } from '../../kit/use-submit'
import { day, instant } from '../../kit/words'
import { ask } from '../../net/ask'

interface Values { organisation: string; days: number }

/** 接收码: given to whoever sends us a member, so that the letter is sealed for us alone. */
export function Codes() {
  const [making, setMaking] = useState(false)
  const [shown, setShown] = useState<ReceivingCodeRowFragment | null>(null)
  const queries = useQueryClient()
  const danger = useConfirmDanger()
  const codes = useQuery({ queryKey: ['transfer', 'codes'], queryFn: async ({ signal }) => (await ask(ReceivingCodesDocument, {}, signal)).mobility.receivingCodes })
  const refresh = () => void queries.invalidateQueries({ queryKey: ['transfer', 'codes'] })
  return (
    <Section title="接收码" extra={<Button type="primary" onClick={() => setMaking(true)}>出具接收码</Button>}>
      <p className="z-muted">把接收码发给对方（文字或二维码）。对方据此开具的电子介绍信只有本组织能够打开，且在有效期内可多次使用。</p>
      <QueryBoundary query={codes}>
        {(all) => (all.length === 0
          ? <EmptyState text="还没有出具过接收码" />
          : (
            <ul className="z-codes">
              {all.map((code) => (
                <li key={code.id}>
                  <p>
                    <b>{code.organisation.shortName}</b> <span className={`z-tag z-tag--${code.open ? 'ok' : 'off'}`}>{code.open ? '有效' : '已失效'}</span>
                    <span className="z-muted">有效期至 {day(code.expiresOn)}，{code.by} 于 {instant(code.at)} 出具</span>
                  </p>
                  {code.open && (
                    <span className="z-inline">
                      <Button size="small" onClick={() => setShown(code)}>查看</Button>
                      <Button size="small" danger onClick={() => danger({
                        title: '停用接收码', content: '停用后，用此接收码开具、还没有收到的电子介绍信将不能打开。', okText: '停用',
                        work: async () => { await ask(CloseReceivingCodeDocument, { id: code.id }); refresh() },
                      })}>停用</Button>
                    </span>
                  )}
                </li>
              ))}
            </ul>
          ))}
      </QueryBoundary>
      {making && <Make onClose={() => setMaking(false)} onMade={(code) => { setMaking(false); setShown(code); refresh() }} />}
      {shown && <Shown code={shown} onClose={() => setShown(null)} />}
    </Section>
  )
}

function Make({ onClose, onMade }: { onClose: () => void; onMade: (code: ReceivingCodeRowFragment) => void }) {
  const [form] = Form.useForm<Values>()
  const { submit, busy, problem } = useSubmit<Values, ReceivingCodeRowFragment>(
    form, async ({ organisation, days }) => (await ask(MakeReceivingCodeDocument, { organisation, days })).mobility.makeReceivingCode, onMade,
  )
  return (
    <DetailDrawer open title="出具接收码" onClose={onClose} sticky size={480}>
      <Form<Values> form={form} name="code" layout="vertical" initialValues={{ days: 30 }} onFinish={(values) => void submit(values)}>
        <Form.Item name="organisation" label="接收党委" rules={[{ required: true, message: '请选择接收党委' }]}><OrgPicker label="接收党委" placeholder="请选择接收党委" /></Form.Item>
        <Form.Item name="days" label="有效期（天）" rules={[{ required: true, message: '请输入有效期' }]}><InputNumber min={1} max={90} precision={0} /></Form.Item>
        <div className="z-actions"><FormProblem problem={problem} /><Button onClick={onClose}>取消</Button><Button type="primary" htmlType="submit" loading={busy}>出具</Button></div>
      </Form>
    </DetailDrawer>
  )
}

function Shown({ code, onClose }: { code: ReceivingCodeRowFragment; onClose: () => void }) {
  return (
    <DetailDrawer open title="接收码" onClose={onClose} size={520} extra={<Button onClick={() => window.print()}>打印</Button>}>
      <dl className="z-facts">
        <div><dt>接收党委</dt><dd>{code.organisation.shortName}</dd></div>
        <div><dt>有效期至</dt><dd>{day(code.expiresOn)}</dd></div>
        <div><dt>核对码</dt><dd>{code.fingerprint}</dd></div>
      </dl>
      <div className="z-code-picture"><QRCode aria-label="接收码二维码" value={code.document} size={280} errorLevel="L" bgColor="#fff" color="#000" /></div>
      <SignedText text={code.document} label="接收码" />
    </DetailDrawer>
  )
}

/** A signed text to be handed over: copied or saved as a file. */
export function SignedText({ text, label }: { text: string; label: string }) {
  const { message } = App.useApp()
  return (
    <div>
      <Input.TextArea className="z-signed" aria-label={`${label}文本`} value={text} readOnly rows={5} />
      <span className="z-inline">
        <Button onClick={() => void copyText(text).then((done) => (done ? message.success('已复制') : message.error('复制失败，请手动选择复制')))}>复制{label}</Button>
        <Button onClick={() => saveText(`${label}.txt`, text)}>下载{label}</Button>
      </span>
    </div>
  )
}

/** Where the other side's own check word stands beside ours. */
export const Compare = ({ fingerprint }: { fingerprint: string }) => (
  <Alert className="z-gap-bottom" type="warning" showIcon title={`来自其他系统，请与对方电话核对核对码：${fingerprint}`} />
)
