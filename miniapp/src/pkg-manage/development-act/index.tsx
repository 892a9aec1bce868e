import { MiniCaseDocument } from '@zhibu/api/documents/mini-manage'
import type { DevelopmentEvent } from '@zhibu/api/generated'
import { useState } from 'react'
import { Screen } from '@/kit/screen'
import { asked, back } from '@/lib/navigate'
import { useQuery } from '@/lib/use-query'
import { EventForm } from './event-form'
import { StepForm } from './step-form'

/** 登记 (M-2.7): a step of a case, or what happens beside the steps. */
export default function DevelopmentAct() {
  const [{ id, step, event }] = useState(() => ({ id: asked('id') ?? '', step: Number(asked('step')), event: asked('event') as DevelopmentEvent | null }))
  const query = useQuery(MiniCaseDocument, { id })
  const end = () => back(`/pkg-manage/development/index?id=${id}`)
  const found = query.data
  const look = found?.development.case.steps.find(({ no }) => no === step)
  return (
    <Screen title={event ? '登记事项' : `登记第 ${step} 步`} ask={query}>
      {found && look && !event ? <StepForm file={found.development.case} look={look} title={found.development.steps.find(({ no }) => no === step)?.title ?? ''} entries={found.system.dictionary} reload={query.reload} onEnd={end} /> : null}
      {found && event ? <EventForm file={found.development.case} event={event} onEnd={end} /> : null}
    </Screen>
  )
}
