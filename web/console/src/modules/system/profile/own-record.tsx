import { UpdateProfileDocument, memberTypes, membershipStatuses, type ProfileField } from '@zhibu/api'
import { useQueryClient } from '@tanstack/react-query'
import { App, Button, Form } from 'antd'
import { Section } from '../../../kit/detail-drawer'
import { FormProblem } from '../../../kit/form-problem'
import { StatusTag } from '../../../kit/status-tag'
import { useEntries, wordFrom } from '../../../kit/use-dictionary'
import { TO_FAULT, useSubmit } from '../../../kit/use-submit'
import { day, orDash } from '../../../kit/words'
import { ask } from '../../../net/ask'
import type { ReactNode } from 'react'
import { FieldItem } from './field-item'
import { FIELDS, changesOf, valuesOf, type Own, type Values } from './fields'

const KINDS = ['sex', 'post', ...FIELDS.flatMap(({ kind }) => (typeof kind === 'object' ? [kind.dictionary] : []))]

interface OwnRecordProps { own: Own; editable: readonly ProfileField[]; queryKey: readonly unknown[] }

/** The own record: fields to complete, and those that others keep. */
export function OwnRecord({ own, editable, queryKey }: OwnRecordProps) {
  const [form] = Form.useForm<Values>()
  const queries = useQueryClient()
  const { message } = App.useApp()
  const { data: entries } = useEntries(KINDS)
  const { submit, busy, problem } = useSubmit<Values, boolean>(form, async (values) => {
    const changes = changesOf(own, values)
    if (changes.length === 0) return false
    queries.setQueryData(queryKey, (await ask(UpdateProfileDocument, { version: own.version, changes })).system.updateProfile)
    return true
  }, (saved) => { void (saved ? message.success('已修改，并同步至党员信息') : message.info('没有需要修改的内容')) })
  const mine = (part: string) => FIELDS.filter((one) => one.part === part && editable.includes(one.field))
  const fixed = (part: string) => FIELDS.filter((one) => one.part === part && !editable.includes(one.field)).map((one): [string, ReactNode] => {
    const value = own[one.name] as string | null
    return [one.label, typeof one.kind === 'object' ? wordFrom(entries, one.kind.dictionary, value) : one.kind === 'day' ? day(value) : orDash(value)]
  })
  const identity: [string, ReactNode][] = [['姓名', own.name], ['公民身份号码', own.idNumber], ['性别', wordFrom(entries, 'sex', own.sex)], ['出生日期', day(own.birthDate)], ...fixed('基本信息')]
  const party: [string, ReactNode][] = [
    ['所在党支部', own.branch.shortName], ['党小组', own.group?.shortName ?? '—'],
    ['人员类别', <StatusTag key="type" dict={memberTypes} value={own.memberType} />], ['党籍状态', <StatusTag key="status" dict={membershipStatuses} value={own.status} />],
    ['加入党组织日期', day(own.joinDate)], ['转为正式党员日期', day(own.conversionDate)], ['党龄', own.partyAge === null ? '—' : `${own.partyAge} 年`],
    ['党内职务', own.posts.map((post) => `${wordFrom(entries, 'post', post.post)}（${post.organisation.shortName}）`).join('、') || '—'],
  ]
  const part = (title: string, facts: [string, ReactNode][]) => (
    <Section title={title}>
      {facts.length > 0 && <dl className="z-facts z-facts--two z-gap-bottom">{facts.map(([label, value]) => <div key={label}><dt>{label}</dt><dd>{value}</dd></div>)}</dl>}
      {mine(title).length > 0 && <div className="z-columns">{mine(title).map((one) => <FieldItem key={one.field} one={one} own={own} entries={entries} />)}</div>}
    </Section>
  )
  return (
    <Form<Values> name="profile" form={form} layout="vertical" initialValues={valuesOf(own)} onFinish={(values) => void submit(values)} scrollToFirstError={TO_FAULT}>
      {part('基本信息', identity)}
      {part('党籍信息', party)}
      {part('工作与学习', fixed('工作与学习'))}
      {part('联系方式', [['手机号', own.mobile], ...fixed('联系方式')])}
      {editable.length > 0 && (
        <div className="z-actions z-actions--sticky">
          <FormProblem problem={problem} />
          <Button type="primary" htmlType="submit" loading={busy}>修改</Button>
        </div>
      )}
    </Form>
  )
}
