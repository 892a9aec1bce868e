import { memberTypes, membershipStatuses, optionsOf, type MemberFilter } from '@zhibu/api'
import { DaysRange, rangeOf } from '../../kit/days-range'
import type { SearchField } from '../../kit/list-search'
import { ManySelect } from '../../kit/many-select'
import type { Entry } from '../../kit/use-dictionary'
import { oneOf } from '../../kit/words'
import { optionalFields, optionalOptions } from './record-words'
import { educationHeadings, levelsUnder, options, sexes, workPostGroups } from './dictionary'

const YES_NO = [{ value: 'yes', label: '是' }, { value: 'no', label: '否' }]

/** What the members are searched by. */
export const searchFields = (entries: Entry[] | undefined): SearchField[] => [
  { name: 'search', label: '党员', placeholder: '姓名、拼音、手机号、公民身份号码', wide: true },
  { name: 'type', label: '人员类别', options: optionsOf(memberTypes) },
  { name: 'status', label: '党籍状态', options: optionsOf(membershipStatuses) },
  { name: 'sex', label: '性别', options: sexes(entries) },
  { name: 'ethnicity', label: '民族', control: <ManySelect label="民族" options={options(entries, 'ethnicity')} /> },
  { name: 'education', label: '学历', control: <ManySelect label="学历" options={educationHeadings(entries)} /> },
  { name: 'post', label: '工作岗位', control: <ManySelect label="工作岗位" options={workPostGroups(entries)} /> },
  { name: 'born', label: '出生日期', wide: true, control: <DaysRange label="出生日期" /> },
  { name: 'joined', label: '入党日期', wide: true, control: <DaysRange label="入党日期" /> },
  { name: 'floating', label: '是否流动', options: YES_NO },
  { name: 'lost', label: '是否失联', options: YES_NO },
  { name: 'complete', label: '资料完整', options: YES_NO },
  { name: 'missing', label: '未填写', options: optionalOptions },
]

const many = (text: string | undefined) => (text ? text.split(',') : null)
const yes = (text: string | undefined) => (text === 'yes' ? true : text === 'no' ? false : null)

/** What is asked for the search in the address. */
export function filterOf(filter: Record<string, string>, under: string | null, entries: Entry[] | undefined): MemberFilter {
  const { from: bornFrom, to: bornTo } = rangeOf(filter.born)
  const { from: joinedFrom, to: joinedTo } = rangeOf(filter.joined)
  const headings = many(filter.education)
  return {
    search: filter.search ?? null, under, sex: filter.sex ?? null,
    memberType: oneOf(memberTypes, filter.type) ?? null, status: oneOf(membershipStatuses, filter.status) ?? null,
    ethnicities: many(filter.ethnicity), educationLevels: headings && levelsUnder(entries, headings), workPosts: many(filter.post),
    bornFrom, bornTo, joinedFrom, joinedTo, floating: yes(filter.floating), lost: yes(filter.lost),
    incomplete: filter.complete === 'yes' ? false : filter.complete === 'no' ? true : null, missing: oneOf(optionalFields, filter.missing) ?? null,
  }
}
