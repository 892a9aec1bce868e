import {
  EditPledgeDocument, EditStudyNoteDocument, PledgeDocument, PledgesDocument, PledgeStatisticsDocument, PublishPledgeDocument, PublishStudyNoteDocument,
  RecommendPledgeDocument, RecommendStudyNoteDocument, RemovePledgeDocument, RemoveStudyNoteDocument, StudyNoteDocument, StudyNotesDocument,
  StudyNoteStatisticsDocument, WithdrawPledgeDocument, WithdrawStudyNoteDocument, WritePledgeDocument, WriteStudyNoteDocument,
  type PledgesQuery, type PledgesQueryVariables, type SampleKind, type WritingInput, type WritingNumbersFragment, type WritingWholeFragment,
} from '@zhibu/api'
import { ask } from '../../net/ask'

interface At { id: string; version: number }
interface Saved { input: WritingInput; publish: boolean }

/** What differs between pledges and study notes: words, addresses, permissions, and where they are asked for. */
export interface Shelf {
  /** Key of the module and of its export, and of the queries. */
  key: 'pledge' | 'study_note'
  title: string
  noun: string
  menu: string
  path: string
  sample: SampleKind
  hint: string
  list: (vars: PledgesQueryVariables, signal: AbortSignal) => Promise<PledgesQuery['pledge']['writings']>
  one: (id: string, signal?: AbortSignal) => Promise<WritingWholeFragment>
  numbers: (under: string | null, year: number, signal: AbortSignal) => Promise<WritingNumbersFragment>
  write: (vars: Saved & { person: string | null }) => Promise<WritingWholeFragment>
  edit: (vars: Saved & At) => Promise<WritingWholeFragment>
  publish: (at: At) => Promise<WritingWholeFragment>
  withdraw: (at: At) => Promise<WritingWholeFragment>
  recommend: (vars: At & { on: boolean }) => Promise<WritingWholeFragment>
  remove: (at: At) => Promise<boolean>
}

/** 党员承诺 */
export const pledges: Shelf = {
  key: 'pledge', title: '党员承诺', noun: '承诺', menu: 'member.pledge', path: '/member/pledge', sample: 'PLEDGE',
  hint: '每名党员每年度可公开发布一份一句话承诺和一份全方位承诺；被推荐的承诺将用于宣传展示。',
  list: async (vars, signal) => (await ask(PledgesDocument, vars, signal)).pledge.writings,
  one: async (id, signal) => (await ask(PledgeDocument, { id }, signal)).pledge.writing,
  numbers: async (under, year, signal) => (await ask(PledgeStatisticsDocument, { under, year }, signal)).pledge.statistics,
  write: async (vars) => (await ask(WritePledgeDocument, vars)).pledge.write,
  edit: async (vars) => (await ask(EditPledgeDocument, vars)).pledge.edit,
  publish: async (at) => (await ask(PublishPledgeDocument, at)).pledge.publish,
  withdraw: async (at) => (await ask(WithdrawPledgeDocument, at)).pledge.withdraw,
  recommend: async (vars) => (await ask(RecommendPledgeDocument, vars)).pledge.recommend,
  remove: async (at) => (await ask(RemovePledgeDocument, at)).pledge.remove,
}

/** 学习心得 */
export const studyNotes: Shelf = {
  key: 'study_note', title: '学习心得', noun: '学习心得', menu: 'member.study_note', path: '/member/study-note', sample: 'STUDY_NOTE',
  hint: '发布后本支部党员和上级管理员可见；被推荐的学习心得将用于宣传展示。',
  list: async (vars, signal) => (await ask(StudyNotesDocument, vars, signal)).studyNote.writings,
  one: async (id, signal) => (await ask(StudyNoteDocument, { id }, signal)).studyNote.writing,
  numbers: async (under, year, signal) => (await ask(StudyNoteStatisticsDocument, { under, year }, signal)).studyNote.statistics,
  write: async (vars) => (await ask(WriteStudyNoteDocument, vars)).studyNote.write,
  edit: async (vars) => (await ask(EditStudyNoteDocument, vars)).studyNote.edit,
  publish: async (at) => (await ask(PublishStudyNoteDocument, at)).studyNote.publish,
  withdraw: async (at) => (await ask(WithdrawStudyNoteDocument, at)).studyNote.withdraw,
  recommend: async (vars) => (await ask(RecommendStudyNoteDocument, vars)).studyNote.recommend,
  remove: async (at) => (await ask(RemoveStudyNoteDocument, at)).studyNote.remove,
}
