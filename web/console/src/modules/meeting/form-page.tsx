import { MeetingTypeLimitsDocument, optionsOf, SaveMeetingDocument, type MeetingFullFragment } from '@zhibu/api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Alert, App, Button, Checkbox, Form, Input, InputNumber, Radio, Select } from 'antd'
import dayjs from 'dayjs'
import { useRef, useState, type KeyboardEvent } from 'react'
import { useNavigate, useParams, useSearchParams } from 'react-router'
import { useScope } from '../../app/scope'
import { useSession } from '../../app/session'
import { Section } from '../../kit/detail-drawer'
import { FormPage } from '../../kit/form-page'
import { freshKey } from '../../kit/fresh-key'
import { OrgPicker } from '../../kit/org-picker'
import { Page, useLink } from '../../kit/page'
import { QueryBoundary } from '../../kit/states'
import { useNewest } from '../../kit/use-newest'
import { ask } from '../../net/ask'
import { inputOf, recordOf, valuesOf, WORDS, type Record, type Values } from './form-values'
import { MinuteField } from './minute-field'
import { PeopleFields } from './people-fields'
import { PersonSelect, type Chosen } from './people-select'
import { meetingModes } from './words'
import './meeting.css'

/** Plans a meeting, edits one that has not begun, or repeats one. */
export default function MeetingFormPage() {
  const { id } = useParams()
  const [params] = useSearchParams()
  const copied = params.get('copy')
  const source = id ?? copied
  const record = useQuery({
    queryKey: ['meeting', 'form', source ?? 'new'], gcTime: 0, staleTime: Infinity,
    queryFn: ({ signal }) => (source ? recordOf(source, signal) : null),
  })
  const title = id ? '编辑会议' : '新建会议'
  return (
    <Page title={title} menu="meeting.list" parents={id && record.data ? [{ title: record.data.full.meeting.title, to: `/meeting/list/${id}` }] : []}
      hint="带 * 的为必填项。未提交的内容会保存在本机浏览器中。">
      <QueryBoundary query={record}>
        {(found) => (id && found && !['DRAFT', 'PUBLISHED'].includes(found.full.meeting.state)
          ? <Begun id={id} />
          : <MeetingForm key={source ?? 'new'} record={found} edits={Boolean(id)} />)}
      </QueryBoundary>
    </Page>
  )
}

function Begun({ id }: { id: string }) {
  const navigate = useNavigate()
  const link = useLink()
  return <Alert type="info" showIcon title="会议已经开始，不能再修改计划。参会人员和签到请在会议页面办理。" action={<Button type="primary" onClick={() => void navigate(link(`/meeting/list/${id}`))}>查看会议</Button>} />
}

function MeetingForm({ record, edits }: { record: Record | null; edits: boolean }) {
  const [form] = Form.useForm<Values>()
  const [params] = useSearchParams()
  const { org } = useScope()
  const { roots } = useSession()
  const navigate = useNavigate()
  const link = useLink()
  const queries = useQueryClient()
  const { message } = App.useApp()
  const touched = useRef(record !== null)
  // What is sent again unchanged is the same meeting.
  const key = useRef(freshKey())
  const { base, remedy } = useNewest<Record | null, Values>({
    form, record, words: WORDS, load: async () => (record ? recordOf(record.full.meeting.id) : null), valuesOf: (row) => (row ? valuesOf(row) : ({} as Values)),
  })
  const own = edits ? base?.full.meeting ?? null : null
  const published = own?.state === 'PUBLISHED'
  const at = params.get('organisation') ?? org ?? roots[0]?.id ?? null
  const kind = params.get('kind')
  const initial: Values = record
    ? { ...valuesOf(record), ...(edits ? {} : { startsAt: null, endsAt: null }) }
    : {
      organisation: at, types: kind ? [kind] : [], title: params.get('title') ?? '', mode: 'OFFLINE', startsAt: null, endsAt: null, agenda: '', attend: 'MEMBERS',
      named: [], guests: [], exempt: [], lateMinutes: 10, fenced: false, fence: { frame: 'WGS84', radius: 300 },
    }
  const organisation = Form.useWatch('organisation', form) ?? initial.organisation
  const mode = Form.useWatch('mode', form) ?? initial.mode
  const fenced = Form.useWatch('fenced', form) ?? initial.fenced
  const [people, setPeople] = useState<Chosen[]>([])
  const limits = useQuery({
    queryKey: ['meeting', 'limits', organisation], enabled: Boolean(organisation),
    queryFn: async ({ signal }) => (await ask(MeetingTypeLimitsDocument, { organisation: organisation ?? '' }, signal)).meeting.typeLimits,
  })
  const kinds = (limits.data ?? []).filter(({ allowed, kind: { active } }) => allowed && active).map(({ kind: one }) => one)
  const back = own ? `/meeting/list/${own.id}` : '/meeting/list'
  const name = own ? own.id : record ? `copy-${record.full.meeting.id}` : 'new'

  const changed = (part: Partial<Values>) => {
    key.current = freshKey()
    if (part.organisation !== undefined) form.setFieldsValue({ types: [], host: null, recorder: null, exempt: [] })
    if (part.attend !== undefined) touched.current = true
    if (part.types && !touched.current) {
      const attend = kinds.find(({ code }) => code === part.types?.[0])?.attend
      if (attend) form.setFieldValue('attend', attend)
    }
    if (part.startsAt) {
      const end = form.getFieldValue('endsAt') as string | null
      if (!end || !dayjs(end).isAfter(part.startsAt)) form.setFieldValue('endsAt', dayjs(part.startsAt).add(2, 'hour').toISOString())
    }
  }
  return (
    <div onKeyDown={withoutEnter}>
      <FormPage<Values, MeetingFullFragment>
        name="meeting" form={form} draft={`meeting-${name}`} basis={own?.version ?? null} withheld="" initialValues={initial} onValuesChange={changed}
        submitText={published ? '保存' : '发布'} {...(published ? {} : { again: { text: '保存草稿', done: taken() } })}
        onCancel={() => void navigate(link(back))} remedy={remedy} done={taken()}
        send={async (values, draft) => (await ask(SaveMeetingDocument, {
          id: own?.id ?? null, version: own?.version ?? null, input: inputOf(values), publish: !published && !draft, key: own ? null : key.current,
        })).meeting.save}
      >
        <Section title="会议安排">
          <div className="z-columns">
            <Form.Item name="organisation" label="召开组织" rules={[{ required: true, message: '请选择召开组织' }]}><OrgPicker label="召开组织" /></Form.Item>
            <Form.Item name="types" label="会议类型" extra={limits.isError ? '会议类型加载失败，请重新选择组织' : '可合并召开，最多选 4 类'} rules={[{ required: true, message: '请选择会议类型' }]}>
              <Select mode="multiple" maxCount={4} loading={limits.isFetching} placeholder="请选择" showSearch={{ optionFilterProp: 'label' }}
                notFoundContent={limits.isFetching ? '正在加载…' : '上级没有为该组织开放会议类型'} options={kinds.map(({ code, name: label }) => ({ value: code, label }))} />
            </Form.Item>
            <Form.Item name="title" label="会议主题" rules={[{ required: true, whitespace: true, message: '请输入会议主题' }, { min: 2, message: '会议主题至少 2 个字' }]}>
              <Input maxLength={80} autoComplete="off" placeholder="如：2026年第四季度党员大会" />
            </Form.Item>
            <Form.Item name="startsAt" label="开始时间" rules={[{ required: true, message: '请选择开始时间' }]}><MinuteField /></Form.Item>
            <Form.Item name="endsAt" label="结束时间" rules={[
              { required: true, message: '请选择结束时间' },
              ({ getFieldValue }) => ({ validator: async (_, value: string | null) => { if (value && getFieldValue('startsAt') && !dayjs(value).isAfter(getFieldValue('startsAt') as string)) throw new Error('结束时间应晚于开始时间') } }),
            ]}><MinuteField /></Form.Item>
            <Form.Item name="lateMinutes" label="迟到时限（分钟）" extra="开始后超过该时间签到的记为迟到" rules={[{ required: true, message: '请填写迟到时限' }]}><InputNumber min={0} max={120} precision={0} className="z-block" /></Form.Item>
          </div>
          <Form.Item name="mode" label="会议方式"><Radio.Group options={optionsOf(meetingModes)} /></Form.Item>
          <div className="z-columns">
            {mode !== 'VIDEO' && <Form.Item name="place" label="会议地点" rules={[{ required: true, whitespace: true, message: '请填写会议地点' }]}><Input maxLength={100} autoComplete="off" /></Form.Item>}
            {mode !== 'OFFLINE' && (
              <Form.Item name="link" label="会议链接" extra="在其他会议软件中召开时填写，以 https:// 开头；不填时使用本系统的视频会议（须已开通）" rules={[{ pattern: /^https:\/\//, message: '会议链接应以 https:// 开头' }]}>
                <Input maxLength={500} autoComplete="off" placeholder="https://" />
              </Form.Item>
            )}
          </div>
          <Form.Item name="agenda" label="会议议程" extra="每项一行" rules={[{ required: true, whitespace: true, message: '请填写会议议程' }, { min: 2, message: '会议议程至少 2 个字' }]}>
            <Input.TextArea autoSize={{ minRows: 4, maxRows: 16 }} maxLength={5000} showCount placeholder={'一、学习文件\n二、讨论决议'} />
          </Form.Item>
        </Section>
        <Section title="参会人员"><PeopleFields organisation={organisation} initial={initial} onPeople={setPeople} /></Section>
        <Section title="主持和记录">
          <div className="z-columns">
            <Form.Item name="host" label="主持人"><PersonSelect label="主持人" people={people} /></Form.Item>
            <Form.Item name="recorder" label="记录人"><PersonSelect label="记录人" people={people} /></Form.Item>
            <Form.Item name="speaker" label="主讲人" extra="党课等的主讲人，可以不是本组织党员"><Input maxLength={60} autoComplete="off" /></Form.Item>
          </div>
        </Section>
        {mode !== 'VIDEO' && (
          <Section title="定位签到">
            <Form.Item name="fenced" valuePropName="checked"><Checkbox>允许在会场附近用手机定位签到（扫码签到不受影响）</Checkbox></Form.Item>
            {fenced && <Fence />}
          </Section>
        )}
      </FormPage>
    </div>
  )

  function taken() {
    const words = ({ state }: MeetingFullFragment['meeting']) => (state === 'DRAFT' ? '已存为草稿' : published ? '已保存，修改已通知参会人员' : '会议已发布')
    return ({ meeting }: MeetingFullFragment) => {
      void queries.invalidateQueries({ queryKey: ['meeting'] })
      void queries.invalidateQueries({ queryKey: ['meetings'] })
      void message.success(words(meeting))
      void navigate(link(`/meeting/list/${meeting.id}`))
    }
  }
}

/** Enter in a field does not announce a meeting to everybody. */
function withoutEnter(event: KeyboardEvent<HTMLElement>): void {
  if (event.key === 'Enter' && event.target instanceof HTMLInputElement) event.preventDefault()
}

const needed = (message: string) => [{ required: true, message }]

function Fence() {
  const form = Form.useFormInstance<Values>()
  const [state, setState] = useState<'idle' | 'busy' | string>('idle')
  const locate = () => {
    setState('busy')
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const rounded = (value: number) => Math.round(value * 1e6) / 1e6
        form.setFieldsValue({ fence: { latitude: rounded(coords.latitude), longitude: rounded(coords.longitude), frame: 'WGS84' } })
        setState(`已取得当前位置，误差约 ${Math.round(coords.accuracy)} 米，请确认您正在会场`)
      },
      ({ code }) => setState(code === 1 ? '浏览器没有允许定位，请在地址栏旁允许，或手工填写' : '没有取得位置，请重试，或手工填写'),
      { enableHighAccuracy: true, timeout: 15_000 },
    )
  }
  return (
    <>
      <p className="z-inline z-gap-bottom">
        <Button loading={state === 'busy'} onClick={locate}>使用当前位置</Button>
        <span className="z-muted" role="status">{state === 'idle' ? '在会场打开本页时使用；也可以手工填写经纬度' : state === 'busy' ? '正在取得位置…' : state}</span>
      </p>
      <div className="z-columns">
        <Form.Item name={['fence', 'latitude']} label="纬度" rules={needed('请填写纬度')}><InputNumber min={-90} max={90} step={0.0001} className="z-block" placeholder="如 32.060255" /></Form.Item>
        <Form.Item name={['fence', 'longitude']} label="经度" rules={needed('请填写经度')}><InputNumber min={-180} max={180} step={0.0001} className="z-block" placeholder="如 118.796877" /></Form.Item>
        <Form.Item name={['fence', 'frame']} label="坐标来源" extra="填错来源会偏差几百米"><Select options={[{ value: 'WGS84', label: '当前位置、天地图（WGS-84）' }, { value: 'GCJ02', label: '高德、腾讯地图（GCJ-02）' }]} /></Form.Item>
        <Form.Item name={['fence', 'radius']} label="签到范围（米）" extra="50 至 5000 米，一般 300 米" rules={needed('请填写签到范围')}><InputNumber min={50} max={5000} precision={0} className="z-block" /></Form.Item>
      </div>
    </>
  )
}
