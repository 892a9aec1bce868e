import { SetSelfServiceDocument, type ProfileField } from '@zhibu/api'
import { useQueryClient } from '@tanstack/react-query'
import { Button, Checkbox } from 'antd'
import { useState } from 'react'
import { Section } from '../../../kit/detail-drawer'
import { useAction } from '../../../kit/use-action'
import { ask } from '../../../net/ask'
import { FIELDS } from './fields'
import '../../../styles/appearance.css'

/** What the tenant leaves to its people. */
export function Choice({ editable, queryKey }: { editable: readonly ProfileField[]; queryKey: readonly unknown[] }) {
  const queries = useQueryClient()
  const [chosen, setChosen] = useState<readonly ProfileField[]>(editable)
  const save = useAction(
    async (fields: readonly ProfileField[]) => (await ask(SetSelfServiceDocument, { fields: [...fields] })).system.setSelfService,
    { success: '已保存', done: (profile) => queries.setQueryData(queryKey, profile) },
  )
  return (
    <Section title="本人可修改的资料项">
      <p className="z-muted">对本单位所有人生效，每次修改都有记录。姓名、公民身份号码和党籍信息只能由管理员维护；手机号由本人在“账号信息”中验证后更换。</p>
      <Checkbox.Group className="z-checks" value={[...chosen]} onChange={(values) => setChosen(values)} options={FIELDS.map(({ field, label }) => ({ value: field, label }))} />
      <div className="z-actions"><Button type="primary" loading={save.isPending} onClick={() => save.mutate(chosen)}>保存</Button></div>
    </Section>
  )
}
