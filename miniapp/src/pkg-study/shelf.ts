import Taro from '@tarojs/taro'
import { MiniNotesDocument, MiniPledgesDocument } from '@zhibu/api/documents/mini-writing'
import {
  EditPledgeDocument, EditStudyNoteDocument, PledgeDocument, PublishPledgeDocument, PublishStudyNoteDocument, RemovePledgeDocument, RemoveStudyNoteDocument,
  StudyNoteDocument, WithdrawPledgeDocument, WithdrawStudyNoteDocument, WritePledgeDocument, WriteStudyNoteDocument,
} from '@zhibu/api/documents/notes'
import type { MiniNotesQuery, MiniPledgesQuery, PledgeQuery, SampleKind, StudyNoteQuery, WritingInput, WritingWholeFragment } from '@zhibu/api/generated'
import { ask } from '@/lib/ask'

interface At { id: string; version: number }

/** Texts of one kind: 学习心得 and 党员承诺 are the same pages with other questions. */
export interface Shelf {
  key: 'note' | 'pledge'
  title: string
  samples: SampleKind
  list: typeof MiniNotesDocument
  page: (data: MiniNotesQuery) => { nodes: MiniNotesQuery['studyNote']['writings']['nodes']; hasNext: boolean; end?: string | null }
  one: typeof StudyNoteDocument
  text: (data: StudyNoteQuery) => WritingWholeFragment
  write: (input: WritingInput, publish: boolean) => Promise<unknown>
  edit: (at: At, input: WritingInput, publish: boolean) => Promise<unknown>
  publish: (at: At) => Promise<unknown>
  withdraw: (at: At) => Promise<unknown>
  remove: (at: At) => Promise<unknown>
}

const pageOf = (writings: MiniNotesQuery['studyNote']['writings']) => ({ nodes: writings.nodes, hasNext: writings.pageInfo.hasNextPage, end: writings.pageInfo.endCursor })

const notes: Shelf = {
  key: 'note', title: '学习心得', samples: 'STUDY_NOTE', list: MiniNotesDocument, page: ({ studyNote }) => pageOf(studyNote.writings),
  one: StudyNoteDocument, text: ({ studyNote }) => studyNote.writing,
  write: (input, publish) => ask(WriteStudyNoteDocument, { input, publish }),
  edit: (at, input, publish) => ask(EditStudyNoteDocument, { ...at, input, publish }),
  publish: (at) => ask(PublishStudyNoteDocument, at),
  withdraw: (at) => ask(WithdrawStudyNoteDocument, at),
  remove: (at) => ask(RemoveStudyNoteDocument, at),
}

const pledges: Shelf = {
  key: 'pledge', title: '党员承诺', samples: 'PLEDGE', list: MiniPledgesDocument as unknown as typeof MiniNotesDocument,
  page: (data) => pageOf((data as unknown as MiniPledgesQuery).pledge.writings),
  one: PledgeDocument as unknown as typeof StudyNoteDocument, text: (data) => (data as unknown as PledgeQuery).pledge.writing,
  write: (input, publish) => ask(WritePledgeDocument, { input, publish }),
  edit: (at, input, publish) => ask(EditPledgeDocument, { ...at, input, publish }),
  publish: (at) => ask(PublishPledgeDocument, at),
  withdraw: (at) => ask(WithdrawPledgeDocument, at),
  remove: (at) => ask(RemovePledgeDocument, at),
}

/** What the address of this page asks for. */
export function asked(): { shelf: Shelf; id: string | null; mine: boolean } {
  const params = Taro.getCurrentInstance().router?.params ?? {}
  return { shelf: params.kind === 'pledge' ? pledges : notes, id: params.id ?? null, mine: params.mine === '1' }
}
