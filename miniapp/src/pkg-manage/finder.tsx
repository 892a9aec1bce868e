import { View } from '@tarojs/components'
import type { TypedDocumentString } from '@zhibu/api/generated'
import { MiniBranchesDocument, MiniFullMembersDocument, MiniPeopleDocument, MiniReceivingDocument } from '@zhibu/api/documents/mini-manage'
import { errorSentence } from '@zhibu/api/errors'
import { useEffect, useState } from 'react'
import { Field, TextField } from '@/kit/fields'
import { ask } from '@/lib/ask'

/** Something chosen, with its name, which a draft brings back with it. */
export interface Chosen { id: string; name: string }

interface Source<Result> { document: TypedDocumentString<Result, { search: string }>; rows: (data: Result) => Chosen[]; none: string }

const member = (one: { id: string; name: string; branch: { shortName: string } }): Chosen => ({ id: one.id, name: `${one.name}（${one.branch.shortName}）` })

/** What can be looked for: present members of the range, full members, branches of the range, and branches that can receive. */
export const sources = {
  people: { document: MiniPeopleDocument, rows: ({ directory }) => directory.members.nodes.map(member), none: '没有找到党员' } satisfies Source<{ directory: { members: { nodes: Parameters<typeof member>[0][] } } }>,
  full: { document: MiniFullMembersDocument, rows: ({ directory }) => directory.members.nodes.map(member), none: '没有找到正式党员' } satisfies Source<{ directory: { members: { nodes: Parameters<typeof member>[0][] } } }>,
  branches: { document: MiniBranchesDocument, rows: ({ directory }) => directory.organisations.nodes.map(({ id, shortName }) => ({ id, name: shortName })), none: '没有找到党支部' } satisfies Source<{ directory: { organisations: { nodes: { id: string; shortName: string }[] } } }>,
  receiving: { document: MiniReceivingDocument, rows: ({ mobility }) => mobility.receivingBranches.map(({ id, shortName, above }) => ({ id, name: above ? `${shortName}（${above}）` : shortName })), none: '没有找到党支部' } satisfies Source<{ mobility: { receivingBranches: { id: string; shortName: string; above?: string | null }[] } }>,
}

interface Props<Result> {
  label: string
  must?: boolean
  hint?: string
  fault?: string | null
  source: Source<Result>
  chosen: readonly Chosen[]
  most?: number
  onChange: (chosen: Chosen[]) => void
}

/** Looks people or branches up by name and keeps who was touched. */
export function Finder<Result>({ label, must = false, hint, fault, source, chosen, most = 1, onChange }: Props<Result>) {
  const [typed, setTyped] = useState('')
  const [found, setFound] = useState<Chosen[] | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const search = typed.trim()
  useEffect(() => {
    let wanted = true
    setProblem(null)
    if (!search) setFound(null)
    // Asked when the typing rests.
    const timer = search ? setTimeout(() => {
      ask(source.document, { search }).then(
        (data) => { if (wanted) setFound(source.rows(data)) },
        (cause) => { if (wanted) setProblem(errorSentence(cause)) },
      )
    }, 400) : undefined
    return () => {
      wanted = false
      clearTimeout(timer)
    }
  }, [search, source])
  const take = (one: Chosen) => {
    onChange(most === 1 ? [one] : [...chosen, one])
    setTyped('')
  }
  const left = (found ?? []).filter(({ id }) => !chosen.some((one) => one.id === id))
  return (
    <>
      {chosen.length < most ? (
        <TextField label={label} must={must} value={typed} onChange={setTyped} placeholder="输入名称查找" fault={fault ?? problem} hint={found && !left.length ? source.none : hint} />
      ) : (
        <Field label={label} must={must} fault={fault}><View /></Field>
      )}
      {chosen.length < most ? left.map((one) => <View key={one.id} className="row" role="button" onClick={() => take(one)}><View className="row-text">{one.name}</View><View className="pick">选择</View></View>) : null}
      {chosen.map((one) => (
        <View key={one.id} className="row"><View className="row-text strong">{one.name}</View><View className="pick" role="button" onClick={() => onChange(chosen.filter(({ id }) => id !== one.id))}>改选</View></View>
      ))}
    </>
  )
}
