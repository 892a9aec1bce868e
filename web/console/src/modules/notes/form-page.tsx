import { optionsOf, type PledgeType, type WritingInput, type WritingWholeFragment } from '@zhibu/api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Alert, App, Button, Form, Input, Radio, Select } from 'antd'
import { useState } from 'react'
import { useNavigate, useParams } from 'react-router'
import { Section } from '../../kit/detail-drawer'
import { FormPage } from '../../kit/form-page'
import { Page, useLink } from '../../kit/page'
import { usePermission } from '../../kit/permissions'
import { QueryBoundary } from '../../kit/states'
import { MemberSelect, type Chosen } from './member-select'
import { Samples, type Sample } from './samples'
import type { Shelf } from './shelf'
import { pledgeTypes } from './words'

interface Values { person?: Chosen; kind?: PledgeType; year?: number; title: string; source?: string; body: string; publish: boolean }

const THIS_YEAR = new Date().getFullYear()
const YEARS = [THIS_YEAR - 1, THIS_YEAR, THIS_YEAR + 1].map((year) => ({ value: year, label: `${year}年度` }))

/** Writes a new text or edits one. */
export function WritingFormPage({ shelf }: { shelf: Shelf }) {
  const { id } = useParams()
  const text = useQuery({
    queryKey: [shelf.key, 'form', id ?? 'new'],
    queryFn: ({ signal }) => (id ? shelf.one(id, signal) : null),
    gcTime: 0,
    staleTime: Infinity,
  })
  return (
    <Page title={id ? `编辑${shelf.title}` : `新建${shelf.title}`} menu={shelf.menu} hint="带 * 的为必填项。未提交的内容会保存在本机浏览器中。">
      <QueryBoundary query={text}>{(found) => <WritingForm key={id ?? 'new'} shelf={shelf} text={found} />}</QueryBoundary>
    </Page>
  )
}

const valuesOf = ({ writing, body }: WritingWholeFragment): Values => ({
  title: writing.title, body, publish: true,
  ...(writing.kind ? { kind: writing.kind } : {}),
  ...(writing.year === null ? {} : { year: writing.year }),
  ...(writing.source ? { source: writing.source } : {}),
})

function inputOf(shelf: Shelf, { kind, year, title, body, source }: Values): WritingInput {
  return shelf.key === 'pledge' ? { kind: kind ?? null, year: year ?? null, title, body } : { title, body, source: source ?? null }
}

function WritingForm({ shelf, text }: { shelf: Shelf; text: WritingWholeFragment | null }) {
  const [form] = Form.useForm<Values>()
  const [base, setBase] = useState(text)
  const [choosing, setChoosing] = useState(false)
  const pledge = shelf.key === 'pledge'
  const seesPeople = usePermission('member.info.read')
  const seesSamples = usePermission('document.samples.read')
  const navigate = useNavigate()
  const link = useLink()
  const queries = useQueryClient()
  const { message, modal } = App.useApp()
  const published = base?.writing.state === 'PUBLISHED'
  const kind = Form.useWatch('kind', form)
  const short = pledge && kind === 'ONE_LINE'
  const fresh: Partial<Values> = { publish: true, ...(pledge ? { kind: 'ONE_LINE', year: THIS_YEAR } : {}) }

  const use = (sample: Sample) => {
    const put = () => {
      form.setFieldValue('body', sample.body)
      if (!form.getFieldValue('title')) form.setFieldValue('title', sample.title)
      if (pledge && sample.body.length > 100) form.setFieldValue('kind', 'FULL')
      setChoosing(false)
      void message.success('范文已填入正文，请按本人情况修改')
    }
    if (form.getFieldValue('body')) modal.confirm({ title: '用范文替换已填写的正文？', okText: '替换', cancelText: '取消', onOk: put })
    else put()
  }
  /** After a conflict: the newest version becomes the base, what was typed stays. */
  const reload = async (clear: () => void) => {
    if (!base) return
    const newest = await shelf.one(base.writing.id)
    setBase(newest)
    clear()
    modal.info({ title: '已载入最新版本', content: `他人保存的标题是“${newest.writing.title}”。您填写的内容都已保留，再次提交将以您的内容为准。` })
  }
  return (
    <FormPage<Values, WritingWholeFragment>
      name={shelf.key} form={form} draft={`${shelf.key}-${base?.writing.id ?? 'new'}`} withheld="" basis={base?.writing.version ?? null}
      initialValues={base ? valuesOf(base) : fresh} submitText={published ? '保存' : '提交'}
      onCancel={() => void navigate(link(shelf.path))}
      send={(values) => {
        const saved = { input: inputOf(shelf, values), publish: values.publish }
        return base ? shelf.edit({ ...saved, id: base.writing.id, version: base.writing.version }) : shelf.write({ ...saved, person: values.person?.value ?? null })
      }}
      done={({ writing }) => {
        void queries.invalidateQueries({ queryKey: [shelf.key] })
        void message.success(writing.state === 'PUBLISHED' ? (published ? '已保存' : '已发布') : '已存为草稿')
        void navigate(link(`${shelf.path}?text=${writing.id}`))
      }}
      remedy={(problem, clear) => problem.code === 'CONFLICT' && <Button size="small" onClick={() => void reload(clear)}>载入最新版本并保留我填写的内容</Button>}
    >
      {base?.writing.recommendedAt && <Alert className="z-gap-bottom" type="info" showIcon title={`此${shelf.noun}已被推荐；修改标题或正文后推荐将取消，须重新推荐。`} />}
      <Section title={base ? `${base.writing.person.name}（${base.writing.branch.shortName}）` : '基本信息'}>
        <div className="z-columns">
          {!base && seesPeople && (
            <Form.Item name="person" label="党员" extra="代党员填写时选择；不选为本人">
              <MemberSelect placeholder="输入姓名查找，不选为本人" />
            </Form.Item>
          )}
          {pledge && (
            <>
              <Form.Item name="kind" label="承诺类型" rules={[{ required: true, message: '请选择承诺类型' }]}><Select options={optionsOf(pledgeTypes)} /></Form.Item>
              <Form.Item name="year" label="承诺年度" rules={[{ required: true, message: '请选择承诺年度' }]}><Select options={YEARS} /></Form.Item>
            </>
          )}
          <Form.Item name="title" label="标题" rules={[{ required: true, whitespace: true, message: '请输入标题' }, { min: 2, message: '标题至少 2 个字' }]}>
            <Input maxLength={80} showCount autoComplete="off" />
          </Form.Item>
          {!pledge && <Form.Item name="source" label="学习内容" extra="学习了什么，如文件、书籍或会议"><Input maxLength={200} autoComplete="off" /></Form.Item>}
        </div>
      </Section>
      <Section title="正文" extra={seesSamples && <Button onClick={() => setChoosing(true)}>参考范文</Button>}>
        <Form.Item name="body" label="正文内容" extra={short ? '5 至 100 个字' : '纯文本，每段一行'} rules={[
          { required: true, whitespace: true, message: '请输入正文' },
          short ? { min: 5, max: 100, message: '一句话承诺为 5 至 100 个字' } : { min: pledge ? 10 : 20, message: `正文至少 ${pledge ? 10 : 20} 个字` },
        ]}>
          <Input.TextArea autoSize={{ minRows: short ? 3 : 12, maxRows: 30 }} maxLength={20_000} showCount />
        </Form.Item>
        {!published && (
          <Form.Item name="publish" label="提交方式">
            <Radio.Group options={[{ value: true, label: '立即发布' }, { value: false, label: '存为草稿，稍后发布' }]} />
          </Form.Item>
        )}
      </Section>
      {choosing && <Samples shelf={shelf} onUse={use} onClose={() => setChoosing(false)} />}
    </FormPage>
  )
}
