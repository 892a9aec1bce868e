import { View } from '@tarojs/components'
import Taro from '@tarojs/taro'
import { StartDevelopmentDocument } from '@zhibu/api/documents/development'
import { MiniFormWordsDocument } from '@zhibu/api/documents/mini-manage'
import type { MiniFormWordsQuery } from '@zhibu/api/generated'
import { useState } from 'react'
import { PickField, TextField } from '@/kit/fields'
import { Press } from '@/kit/press'
import { Card } from '@/kit/rows'
import { Screen } from '@/kit/screen'
import { ask } from '@/lib/ask'
import { done, useAction } from '@/lib/use-action'
import { useDraft } from '@/lib/use-draft'
import { useQuery } from '@/lib/use-query'
import { BranchField, onlyOf } from '../branch-field'
import { IdentityFields, useIdentity } from '../identity-fields'
import { optionsOf } from '../rules'

interface Form { name: string; ethnicity: string | null; educationLevel: string | null; workPost: string | null; employer: string }
const EMPTY: Form = { name: '', ethnicity: null, educationLevel: null, workPost: null, employer: '' }

/** 新建发展档案 (M-2.7): who applies, and at which branch. */
export default function DevelopmentNew() {
  const query = useQuery(MiniFormWordsDocument, { kinds: ['ethnicity', 'education_level', 'work_post'] })
  return <Screen title="新建发展档案" ask={query}>{query.data ? <Start words={query.data} /> : null}</Screen>
}

function Start({ words }: { words: MiniFormWordsQuery }) {
  const branches = words.directory.organisations
  const { value: form, change, forget, restored } = useDraft<Form>('development-new', EMPTY)
  const identity = useIdentity()
  const [branch, setBranch] = useState(onlyOf(branches))
  const action = useAction()
  const entries = words.system.dictionary
  const send = () => action.run(async () => {
    const input = {
      branch: branch[0]?.id ?? '', name: form.name.trim(), ...identity.sent,
      ethnicity: form.ethnicity ?? '', educationLevel: form.educationLevel ?? '', workPost: form.workPost ?? '', employer: form.employer.trim() || null,
    }
    const { id } = (await ask(StartDevelopmentDocument, { input })).development.start.case
    forget()
    done('已新建')
    void Taro.redirectTo({ url: `/pkg-manage/development/index?id=${id}` })
  })
  const whole = branch.length > 0 && form.name.trim().length > 1 && identity.whole && form.ethnicity && form.educationLevel && form.workPost
  return (
    <>
      {restored ? <View className="note ok">已恢复上次没有提交的内容</View> : null}
      <Card title="申请人">
        <View className="soft">保存后登记第 1 步“递交入党申请书”。</View>
        <BranchField label="所在党支部" branches={branches} chosen={branch} onChange={setBranch} fault={action.faultOf('branch')} />
        <TextField label="姓名" must max={50} hint="与身份证一致" value={form.name} onChange={(name) => change({ name })} fault={action.faultOf('name')} />
        <IdentityFields identity={identity} faultOf={action.faultOf} idHint="申请时须年满 18 周岁；" mobileHint="成为预备党员后用此号码登录；" />
        <PickField label="民族" must options={optionsOf(entries, 'ethnicity')} value={form.ethnicity} onChange={(ethnicity) => change({ ethnicity })} fault={action.faultOf('ethnicity')} />
        <PickField label="学历" must options={optionsOf(entries, 'education_level')} value={form.educationLevel} onChange={(educationLevel) => change({ educationLevel })} fault={action.faultOf('educationLevel')} />
        <PickField label="工作岗位" must options={optionsOf(entries, 'work_post')} value={form.workPost} onChange={(workPost) => change({ workPost })} fault={action.faultOf('workPost')} />
        <TextField label="工作单位及职务" value={form.employer} onChange={(employer) => change({ employer })} fault={action.faultOf('employer')} />
      </Card>
      {action.problem ? <View className="note" role="alert">{action.problem}</View> : null}
      <Press busy={action.busy} disabled={!whole} onPress={() => void send()}>保存</Press>
      {whole ? null : <View className="card soft">填完标有“必填”的内容后可以保存</View>}
    </>
  )
}
