import { MeetingCandidatesDocument, optionsOf } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Form, Input, Radio } from 'antd'
import { useEffect, useMemo } from 'react'
import { ask } from '../../net/ask'
import { errorSentence } from '../../net/errors'
import type { Values } from './form-values'
import { PeopleSelect, PersonSelect, type Chosen } from './people-select'
import { meetingAttends } from './words'

const MOST = 2000
const SHOWN = 120

/** Who should come, with the list as it would be. */
export function PeopleFields({ organisation, initial, onPeople }: { organisation: string | null; initial: Values; onPeople: (people: Chosen[]) => void }) {
  const form = Form.useFormInstance<Values>()
  const attend = Form.useWatch('attend', form) ?? initial.attend
  const named = Form.useWatch('named', form) ?? initial.named
  const guests = Form.useWatch('guests', form) ?? initial.guests
  const exempt = Form.useWatch('exempt', form) ?? initial.exempt
  const candidates = useQuery({
    queryKey: ['meeting', 'candidates', organisation, attend], enabled: Boolean(organisation) && attend !== 'NAMED',
    queryFn: async ({ signal }) => (await ask(MeetingCandidatesDocument, { organisation: organisation ?? '', attend }, signal)).meeting.candidates,
  })
  const whole = attend === 'NAMED' ? [] : candidates.data
  const base = useMemo(() => (whole ?? []).map(({ person, organisation: at, away }) => ({ value: person.id, label: `${person.name}（${at.shortName}）`, name: person.name, away })), [whole])
  const asked = useMemo(() => unique([...base, ...named]), [base, named])
  const everybody = useMemo(() => unique([...base.map(({ value, label }) => ({ value, label })), ...named, ...guests]), [base, named, guests])
  useEffect(() => onPeople(everybody), [everybody, onPeople])
  const out = new Set([...exempt.flatMap((one) => one?.person?.value ?? []), ...guests.map(({ value }) => value)])
  const chosen = new Set(named.map(({ value }) => value))
  const away = base.filter((one) => one.away && !chosen.has(one.value))
  const invited = new Set(guests.map(({ value }) => value))
  const should = asked.filter(({ value }) => !out.has(value) && !away.some((one) => one.value === value))
  const uncounted = asked.filter(({ value }) => !invited.has(value)).length - should.length
  return (
    <>
      <Form.Item name="attend" label="参会范围"><Radio.Group options={optionsOf(meetingAttends)} /></Form.Item>
      <div className="z-columns">
        <Form.Item name="named" label={attend === 'NAMED' ? '参会人员' : '增加的参会人员'} extra={attend === 'NAMED' ? '只有这些人应到' : '范围之外也应到的党员'}
          rules={attend === 'NAMED' ? [{ required: true, message: '请选择参会人员' }] : []}><PeopleSelect label={attend === 'NAMED' ? '参会人员' : '增加的参会人员'} /></Form.Item>
        <Form.Item name="guests" label="列席党员" extra="可以签到，不计入应到人数，不参加表决"><PeopleSelect label="列席党员" /></Form.Item>
        <Form.Item name="observers" label="其他列席人员" extra="不在系统中的人员，如上级领导、群众代表"><Input maxLength={500} autoComplete="off" /></Form.Item>
      </div>
      <Form.List name="exempt">{(fields, { add, remove }, { errors }) => (
        <>
          {fields.map(({ key, name }) => (
            <div key={key} className="z-meeting-row">
              <Form.Item name={[name, 'person']} label="不计入应到的人员" rules={[{ required: true, message: '请选择人员' }]}>
                <PersonSelect label={`第${name + 1}名不计入应到的人员`} people={asked.map(({ value, label }) => ({ value, label }))} loading={candidates.isFetching} />
              </Form.Item>
              <Form.Item name={[name, 'reason']} label="原因" rules={[{ required: true, whitespace: true, message: '请填写原因' }]}>
                <Input aria-label={`第${name + 1}名不计入应到的原因`} maxLength={100} autoComplete="off" placeholder="如：长期病休、年老体弱" />
              </Form.Item>
              <Button aria-label={`移除第${name + 1}名不计入应到的人员`} onClick={() => remove(name)}>移除</Button>
            </div>
          ))}
          <Form.ErrorList errors={errors} />
          <Button onClick={() => add({})} disabled={asked.length === 0}>添加不计入应到的人员</Button>
        </>
      )}</Form.List>
      <section className="z-meeting-preview" aria-label="参会名单预览">
        {!organisation && <p className="z-muted">选择召开组织后显示参会名单</p>}
        {candidates.isError && <Alert type="warning" showIcon title={`名单加载失败：${errorSentence(candidates.error)}`} action={<Button size="small" onClick={() => void candidates.refetch()}>重试</Button>} />}
        {organisation && !candidates.isError && (
          <>
            <p role="status">{candidates.isLoading ? '正在计算应到人数…' : <>应到 <b>{should.length}</b> 人{guests.length > 0 && `，列席 ${guests.length} 人`}{uncounted > 0 && `，不计入应到 ${uncounted} 人`}</>}</p>
            {should.length > 0 && (
              <details>
                <summary>查看应到名单</summary>
                <ul className="z-meeting-names">{should.slice(0, SHOWN).map(({ value, label }) => <li key={value}>{label}</li>)}</ul>
                {should.length > SHOWN && <p className="z-muted">还有 {should.length - SHOWN} 人，发布后在参会名单中查看</p>}
              </details>
            )}
            {away.length > 0 && <p className="z-muted">自动不计入：{away.slice(0, 20).map(({ name, away: why }) => `${name}（${why}）`).join('、')}{away.length > 20 && ` 等 ${away.length} 人`}；确需参会的，请在“增加的参会人员”中选择。</p>}
            {base.length >= MOST && <p className="z-muted">人数较多，这里只计算前 {MOST} 人，以发布后的参会名单为准。</p>}
          </>
        )}
      </section>
    </>
  )
}

const unique = (people: Chosen[]): Chosen[] => [...new Map(people.map((one) => [one.value, one])).values()]
