import { View } from '@tarojs/components'
import { MiniProfileDocument } from '@zhibu/api/documents/mini-me'
import { UpdateProfileDocument } from '@zhibu/api/documents/profile'
import { OWN_FIELDS, ownChangesOf, ownValuesOf, type Own, type OwnValues } from '@zhibu/api/own-record'
import { useState } from 'react'
import { Press } from '@/kit/press'
import { Card, Fact } from '@/kit/rows'
import { Screen } from '@/kit/screen'
import { Empty } from '@/kit/states'
import { ask } from '@/lib/ask'
import { dayWords } from '@/lib/days'
import { done, useAction } from '@/lib/use-action'
import { useDraft } from '@/lib/use-draft'
import { useQuery } from '@/lib/use-query'
import { OwnInput, wordOf, type Entries } from './own-input'
import { Requests } from './requests'

/** 个人信息 (M-9.1a): the own record, what one changes alone, and what one asks to be changed. */
export default function Profile() {
  const query = useQuery(MiniProfileDocument, {})
  const [editing, setEditing] = useState(false)
  const found = query.data
  const own = found?.system.profile.member
  const entries = found?.system.dictionary ?? []
  return (
    <Screen title="个人信息" ask={query}>
      {found && !own ? <Empty>您的账号没有对应的党员档案，请联系所在党支部</Empty> : null}
      {found && own && editing ? <Edit own={own} editable={found.system.profile.editable} entries={entries} onEnd={() => setEditing(false)} reload={query.reload} /> : null}
      {found && own && !editing ? (
        <>
          <Facts own={own} entries={entries} />
          {found.system.profile.editable.length ? <Press onPress={() => setEditing(true)}>修改可自行填写的内容</Press> : null}
          <Requests own={found.directory.ownRequests} entries={entries} reload={query.reload} />
        </>
      ) : null}
    </Screen>
  )
}

function Facts({ own, entries }: { own: Own; entries: Entries }) {
  return (
    <>
      <Card title={own.name}>
        <Fact label="公民身份号码">{own.idNumber}</Fact>
        <Fact label="出生日期">{dayWords(own.birthDate)}</Fact>
        <Fact label="手机号">{own.mobile}</Fact>
        <Fact label="所在党支部">{own.branch.shortName}</Fact>
        <Fact label="入党日期">{dayWords(own.joinDate)}</Fact>
        <Fact label="转正日期">{dayWords(own.conversionDate)}</Fact>
      </Card>
      {(['基本信息', '工作与学习', '联系方式'] as const).map((part) => (
        <Card key={part} title={part}>
          {OWN_FIELDS.filter((one) => one.part === part).map(({ field, label, name, kind }) => (
            <Fact key={field} label={label}>{wordOf(entries, kind, own[name] as string | null)}</Fact>
          ))}
        </Card>
      ))}
    </>
  )
}

interface EditProps { own: Own; editable: readonly string[]; entries: Entries; onEnd: () => void; reload: () => Promise<void> }

function Edit({ own, editable, entries, onEnd, reload }: EditProps) {
  const start = ownValuesOf(own)
  // What is shown masked is typed anew and stays out of what the phone keeps.
  const { value: kept, change, forget } = useDraft<OwnValues>(`profile.${own.version}`, start)
  const [secret, setSecret] = useState<OwnValues>({})
  const values = { ...kept, ...secret }
  const action = useAction()
  const changes = ownChangesOf(own, values).filter(({ field }) => editable.includes(field))
  const save = () => action.run(async () => {
    if (changes.length) await ask(UpdateProfileDocument, { version: own.version, changes })
    forget()
    done('已保存')
    await reload()
    onEnd()
  })
  return (
    <>
      <Card title="修改个人信息">
        {OWN_FIELDS.filter(({ field }) => editable.includes(field)).map((one) => (
          <OwnInput key={one.field} field={one} entries={entries} value={values[one.name] ?? ''} onChange={(value) => (one.masked ? setSecret({ ...secret, [one.name]: value }) : change({ [one.name]: value }))}
            hint={one.masked && own[one.name] ? `现在是 ${String(own[one.name])}；不填则不改` : undefined} fault={action.faultOf(one.name)} />
        ))}
      </Card>
      {action.problem ? <View className="note" role="alert">{action.problem}</View> : null}
      <Press busy={action.busy} onPress={() => void save()}>保存</Press>
      <Press plain onPress={() => { forget(); onEnd() }}>取消</Press>
    </>
  )
}
