import { Form, Input, Select, Switch } from 'antd'
import { Link } from 'react-router'
import { useSees } from '../../app/menu-gate'
import { useLink } from '../../kit/page'
import { templateOf, templatesOf, type Rung, type Templates } from './form-values'
import { MinutesField } from './minutes-field'
import { rungs } from './words'

interface LadderFieldsProps {
  initial: Rung[]
  templates: Templates
  /** The sender fills in what is not known of a template. */
  fills?: boolean
  /** All that is filled in by itself; without it a sender will fill in the rest. */
  facts?: readonly string[] | undefined
  timed?: boolean
}

const KNOWN = ['姓名', '党支部']

/** 通知层级: the rungs after the message inside the system. */
export function LadderFields({ initial, templates, fills = false, facts, timed = true }: LadderFieldsProps) {
  const form = Form.useFormInstance<{ ladder: Rung[] }>()
  const ladder = (Form.useWatch('ladder', { form, preserve: true }) as Rung[] | undefined) ?? initial
  return (
    <ol className="z-ladder" aria-label="通知层级">
      <li className="z-rung z-rung--first">
        <b>系统消息</b>
        <p className="z-muted">立即出现在接收人的“我的消息”里，不收费。打开即为已读，已读的人不再收到下面的提醒。</p>
      </li>
      {ladder.map((one, at) => (
        <Step key={one.rung} at={at} one={one} first={!ladder.slice(0, at).some(({ on }) => on)} templates={templates} fills={fills} facts={facts} timed={timed} />
      ))}
    </ol>
  )
}

interface StepProps extends Omit<LadderFieldsProps, 'initial'> { at: number; one: Rung; first: boolean }

function Step({ at, one, first, templates, fills, facts, timed }: StepProps) {
  const { label, hint } = rungs[one.rung]
  const offered = templatesOf(templates, one.rung)
  const template = templateOf(templates, one)
  const written = one.rung !== 'PUSH'
  const blank = template && facts ? template.all.filter((name) => !KNOWN.includes(name) && !facts.includes(name)) : []
  return (
    <li className={`z-rung ${one.on ? '' : 'z-rung--off'}`}>
      <div className="z-inline">
        <Form.Item name={['ladder', at, 'on']} valuePropName="checked" noStyle><Switch aria-label={`使用${label}`} disabled={written && offered.length === 0 && !one.on} /></Form.Item>
        <b>{label}</b>
        <span className="z-muted">{hint}</span>
      </div>
      {written && offered.length === 0 && <NoTemplate voice={one.rung === 'VOICE'} />}
      {one.on && (
        <div className="z-rung-fields">
          {timed && (
            <Form.Item name={['ladder', at, 'afterMinutes']} label={`${label}等待时间`} extra={`${first ? '系统消息发出后' : '上一级发出后'}这么久仍未读的人，才会收到；0 为立即`}
              rules={[{ required: true, message: '请填写等待时间' }]}><MinutesField label={`${label}等待时间`} /></Form.Item>
          )}
          {written && (
            <Form.Item name={['ladder', at, 'template']} label={`${label}模板`} rules={[{ required: true, message: `请选择${label}模板` }]}>
              <Select placeholder="请选择" options={offered.map(({ id, name }) => ({ value: id, label: name }))} />
            </Form.Item>
          )}
          {written && template && <p className="z-sms-text">{template.text}</p>}
          {written && fills && template?.variables.map((name) => (
            <Form.Item key={name} name={['ladder', at, 'filled', name]} label={`${label}中的${name}`} rules={[{ required: true, whitespace: true, message: `请填写${name}` }]}>
              <Input maxLength={35} showCount autoComplete="off" />
            </Form.Item>
          ))}
          {blank.length > 0 && <p className="z-notice-blank" role="alert">模板中的{blank.map((name) => `{${name}}`).join('、')}在此场合没有内容可填，请换用其他模板。</p>}
        </div>
      )}
    </li>
  )
}

function NoTemplate({ voice }: { voice: boolean }) {
  const link = useLink()
  const sees = useSees()
  const kind = voice ? '语音模板' : '短信模板'
  return <p className="z-muted">还没有审核通过的{kind}{sees('system.sms') ? <>，请先到<Link to={link('/system/sms')}>短信设置</Link>申请。</> : '，请联系本单位的管理员申请。'}</p>
}
