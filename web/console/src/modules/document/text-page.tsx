import { LibraryTextDocument, SaveTextDocument, optionsOf, sampleKinds, type LibraryFieldsFragment, type SampleKind } from '@zhibu/api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button, Form, Input, Select } from 'antd'
import { useState } from 'react'
import { useNavigate, useParams } from 'react-router'
import { FormPage } from '../../kit/form-page'
import { Page } from '../../kit/page'
import { QueryBoundary } from '../../kit/states'
import { ask } from '../../net/ask'

interface Values { kind: SampleKind; title: string; summary: string; body: string }

const valuesOf = ({ kind, title, summary, body }: LibraryFieldsFragment): Values => ({ kind, title, summary, body })

/** Writes or rewrites one text of the library; saving does not publish. */
export default function TextPage() {
  const { id } = useParams()
  const text = useQuery({
    queryKey: ['library', 'one', id ?? 'new'],
    queryFn: async ({ signal }) => (id ? (await ask(LibraryTextDocument, { id }, signal)).document.libraryText : null),
    gcTime: 0,
    staleTime: Infinity,
  })
  return (
    <Page title={id ? '编辑范文' : '新建范文'} menu="plat.samples">
      <QueryBoundary query={text}>{(data) => <TextForm key={id ?? 'new'} text={data} />}</QueryBoundary>
    </Page>
  )
}

function TextForm({ text }: { text: LibraryFieldsFragment | null }) {
  const [form] = Form.useForm<Values>()
  const [base, setBase] = useState(text)
  const navigate = useNavigate()
  const queries = useQueryClient()
  const { message, modal } = App.useApp()

  /** After a conflict: takes the newest version as base and keeps what was typed here. */
  const reload = async (clear: () => void) => {
    if (!base) return
    const newest = (await ask(LibraryTextDocument, { id: base.id })).document.libraryText
    const before = valuesOf(base)
    const now = valuesOf(newest)
    const both: string[] = []
    for (const key of ['kind', 'title', 'summary', 'body'] as const) {
      const untouched = form.getFieldValue(key) === before[key]
      if (untouched) form.setFieldValue(key, now[key])
      else if (now[key] !== before[key]) both.push({ kind: '类别', title: '标题', summary: '摘要', body: '正文' }[key])
    }
    setBase(newest)
    clear()
    modal.info({
      title: '已载入最新版本',
      content: both.length > 0 ? `以下内容他人也改过，现保留的是您填写的：${both.join('、')}。请核对后再提交。` : '您填写的内容都已保留，请核对后再提交。',
    })
  }
  return (
    <div className="z-card">
      <FormPage<Values, LibraryFieldsFragment>
        name="text" form={form} draft={`text-${base?.id ?? 'new'}`} basis={base?.version ?? null}
        initialValues={base ? valuesOf(base) : { kind: 'PLEDGE' }}
        submitText={base?.state === 'PUBLISHED' ? '保存' : '保存为草稿'}
        onCancel={() => void navigate('/operator/samples')}
        send={async (values) => (await ask(SaveTextDocument, { id: base?.id ?? null, version: base?.version ?? null, input: values })).document.saveText}
        done={() => {
          void message.success('已保存')
          void queries.invalidateQueries({ queryKey: ['library'] })
          void navigate('/operator/samples')
        }}
        remedy={(problem, clear) => problem.code === 'CONFLICT' && <Button size="small" onClick={() => void reload(clear)}>载入最新版本并保留我填写的内容</Button>}
      >
        <div className="z-columns z-columns--uneven">
          <Form.Item name="kind" label="类别" rules={[{ required: true, message: '请选择类别' }]}><Select options={optionsOf(sampleKinds)} /></Form.Item>
          <Form.Item name="title" label="标题" rules={[{ required: true, whitespace: true, message: '请输入标题' }]}><Input maxLength={80} showCount /></Form.Item>
        </div>
        <Form.Item name="summary" label="摘要" extra="显示在列表中，一两句话说明适用场合" rules={[{ required: true, whitespace: true, message: '请输入摘要' }]}>
          <Input.TextArea rows={2} maxLength={200} showCount />
        </Form.Item>
        <Form.Item name="body" label="正文" extra="纯文本，段落之间空一行；首行缩进由系统自动处理" rules={[{ required: true, whitespace: true, message: '请输入正文' }]}>
          <Input.TextArea autoSize={{ minRows: 14, maxRows: 30 }} maxLength={50_000} showCount />
        </Form.Item>
      </FormPage>
    </div>
  )
}
