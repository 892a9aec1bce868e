import type { ProfileChange, ProfileField, ProfileFieldsFragment, RecordField } from './generated'
import { normalPhone } from './rules'

/** The own member record as the page shows it. */
export type Own = NonNullable<ProfileFieldsFragment['member']>

/** A field that people may complete: its name in the form, its words, what it takes, and the part of the page it is in. */
export interface OwnField { field: ProfileField; name: keyof Own & string; label: string; part: '基本信息' | '工作与学习' | '联系方式'; kind: 'text' | 'day' | { dictionary: string; required?: boolean }; most?: number; masked?: boolean }

/** All of them, in the order of the form. */
export const OWN_FIELDS: OwnField[] = [
  { field: 'ETHNICITY', name: 'ethnicity', label: '民族', part: '基本信息', kind: { dictionary: 'ethnicity', required: true } },
  { field: 'NATIVE_PLACE', name: 'nativePlace', label: '籍贯', part: '基本信息', kind: 'text', most: 60 },
  { field: 'SPECIAL_GROUP', name: 'specialGroup', label: '困难、退役等情况', part: '基本信息', kind: { dictionary: 'special_group' } },
  { field: 'WORK_POST', name: 'workPost', label: '工作岗位', part: '工作与学习', kind: { dictionary: 'work_post', required: true } },
  { field: 'EMPLOYER', name: 'employer', label: '工作单位及职务', part: '工作与学习', kind: 'text', most: 100 },
  { field: 'PROFESSIONAL_TITLE', name: 'professionalTitle', label: '职称', part: '工作与学习', kind: 'text', most: 40 },
  { field: 'FIRST_WORK_DATE', name: 'firstWorkDate', label: '参加工作时间', part: '工作与学习', kind: 'day' },
  { field: 'EDUCATION_LEVEL', name: 'educationLevel', label: '学历', part: '工作与学习', kind: { dictionary: 'education_level', required: true } },
  { field: 'DEGREE', name: 'degree', label: '学位', part: '工作与学习', kind: { dictionary: 'degree' } },
  { field: 'SCHOOL', name: 'school', label: '毕业院校', part: '工作与学习', kind: 'text', most: 60 },
  { field: 'MAJOR', name: 'major', label: '专业', part: '工作与学习', kind: 'text', most: 60 },
  { field: 'LANDLINE', name: 'landline', label: '固定电话', part: '联系方式', kind: 'text', most: 20, masked: true },
  { field: 'HOME_ADDRESS', name: 'homeAddress', label: '家庭住址', part: '联系方式', kind: 'text', most: 120, masked: true },
]

/** The form; a masked field that was not opened is absent. */
export type OwnValues = Partial<Record<string, string | null>>

/** What the form starts from; what is masked stays out. */
export const ownValuesOf = (own: Own): OwnValues =>
  Object.fromEntries(OWN_FIELDS.filter(({ masked, name }) => !masked || own[name] === null).map(({ name }) => [name, own[name] as string | null]))

/** What differs from the record. */
export function ownChangesOf(own: Own, values: OwnValues): ProfileChange[] {
  const plain = (text: string | null | undefined) => text?.trim() || null
  return OWN_FIELDS.flatMap(({ field, name, masked }) => {
    const given = values[name]
    if (given === undefined) return []
    const value = field === 'LANDLINE' && plain(given) ? normalPhone(given ?? '') : plain(given)
    return (masked && own[name] !== null) || value !== plain(own[name] as string | null) ? [{ field, value }] : []
  })
}

/** Fields whose change is asked for, and that nobody completes alone. */
const FIXED_FIELDS: { field: RecordField; label: string; kind: 'text' | 'day' }[] = [
  { field: 'NAME', label: '姓名', kind: 'text' },
  { field: 'ID_NUMBER', label: '公民身份号码', kind: 'text' },
  { field: 'ARCHIVE_BIRTH_DATE', label: '档案出生日期', kind: 'day' },
  { field: 'ARCHIVE_BIRTH_REASON', label: '出生日期不一致的原因', kind: 'text' },
  { field: 'JOIN_DATE', label: '加入党组织日期', kind: 'day' },
  { field: 'CONVERSION_DATE', label: '转为正式党员日期', kind: 'day' },
]

/** All fields whose change may be asked for. */
export const RECORD_FIELDS = [...FIXED_FIELDS, ...OWN_FIELDS]

/** Codes of `education_level` that are headings, not values. */
export const EDUCATION_HEADINGS = ['10', '20', '30', '40', '60', '70', '80']
