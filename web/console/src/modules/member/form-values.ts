import { normalId, normalMobile, normalPhone, type MemberFactsFragment, type MemberInput, type MembershipStatus, type MemberType } from '@zhibu/api'

/** The member form; days are `YYYY-MM-DD`. */
export interface MemberValues {
  name: string
  /** The four sensitive fields are absent while the stored value stays. */
  idNumber?: string
  mobile?: string
  landline?: string
  homeAddress?: string
  sex: string
  birthDate: string
  archiveBirthDate?: string | null
  archiveBirthReason?: string
  ethnicity: string
  nativePlace?: string
  educationLevel: string
  degree?: string | null
  school?: string
  major?: string
  firstWorkDate?: string | null
  workPost: string
  employer?: string
  professionalTitle?: string
  specialGroup?: string | null
  remark?: string
  branch: string
  group?: string | null
  memberType: MemberType
  joinDate: string
  conversionDate?: string | null
  /** When adding only. */
  status?: MembershipStatus
  lost?: boolean
  lostOn?: string | null
  lostReason?: string | null
  floating?: boolean
  flowDirection?: string | null
}

/** What the form starts from when it edits a member. What is masked stays out. */
export function valuesOf(one: MemberFactsFragment): MemberValues {
  return {
    name: one.name, sex: one.sex, birthDate: one.birthDate, archiveBirthDate: one.archiveBirthDate, archiveBirthReason: one.archiveBirthReason ?? '',
    ethnicity: one.ethnicity, nativePlace: one.nativePlace ?? '', educationLevel: one.educationLevel, degree: one.degree,
    school: one.school ?? '', major: one.major ?? '', firstWorkDate: one.firstWorkDate, workPost: one.workPost, employer: one.employer ?? '',
    professionalTitle: one.professionalTitle ?? '', specialGroup: one.specialGroup, remark: one.remark ?? '',
    branch: one.branch.id, group: one.group?.id ?? null, memberType: one.memberType, joinDate: one.joinDate, conversionDate: one.conversionDate,
    lost: one.lostOn !== null, lostOn: one.lostOn, lostReason: one.lostReason, floating: one.floating, flowDirection: one.flowDirection,
  }
}

const text = (value: string | undefined): string | null => value?.trim() || null

/** What the form sends. A sensitive field that was not opened is left out; an empty landline or address takes it away. */
export function inputOf(values: MemberValues): MemberInput {
  const { memberType, lost = false, floating = false } = values
  return {
    name: values.name.trim(), idNumber: values.idNumber ? normalId(values.idNumber) : null, sex: values.sex, birthDate: values.birthDate,
    archiveBirthDate: values.archiveBirthDate ?? null, archiveBirthReason: values.archiveBirthDate ? text(values.archiveBirthReason) : null,
    ethnicity: values.ethnicity, nativePlace: text(values.nativePlace), educationLevel: values.educationLevel, degree: values.degree ?? null,
    school: text(values.school), major: text(values.major), firstWorkDate: values.firstWorkDate ?? null, workPost: values.workPost,
    employer: text(values.employer), professionalTitle: text(values.professionalTitle),
    mobile: values.mobile ? normalMobile(values.mobile) : null,
    landline: values.landline === undefined ? null : normalPhone(values.landline), homeAddress: values.homeAddress === undefined ? null : values.homeAddress.trim(),
    specialGroup: values.specialGroup ?? null, remark: text(values.remark), branch: values.branch, group: values.group ?? null,
    memberType, joinDate: values.joinDate, conversionDate: memberType === 'FORMAL' ? values.conversionDate ?? null : null,
    status: values.status ?? null, lostOn: lost ? values.lostOn ?? null : null, lostReason: lost ? values.lostReason ?? null : null,
    floating, flowDirection: floating ? values.flowDirection ?? null : null,
  }
}

/** How the form calls its fields, for telling what two people changed at once. */
export const FIELD_WORDS: Partial<Record<keyof MemberValues, string>> = {
  name: '姓名', sex: '性别', birthDate: '出生日期', archiveBirthDate: '档案出生日期', archiveBirthReason: '出生日期不一致的原因', ethnicity: '民族', nativePlace: '籍贯',
  educationLevel: '学历', degree: '学位', school: '毕业院校', major: '专业', firstWorkDate: '参加工作时间', workPost: '工作岗位', employer: '工作单位及职务',
  professionalTitle: '职称', specialGroup: '困难、退役等情况', remark: '备注', branch: '所在党支部', group: '党小组', memberType: '人员类别',
  joinDate: '加入党组织日期', conversionDate: '转为正式党员日期', lost: '失联', lostOn: '失去联系日期', lostReason: '失联原因', floating: '流动党员', flowDirection: '外出流向',
}
