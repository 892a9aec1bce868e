import { normalPhone, normalUscc, type OrganisationFieldsFragment, type OrganisationInput, type OrgType, type UnitRelation } from '@zhibu/api'

/** One unit as the form holds it. */
export interface UnitValues { name?: string; uscc?: string; nature?: string; partyPresence?: string }

/** The organisation form; days are `YYYY-MM-DD`. */
export interface OrganisationValues {
  fullName: string
  shortName: string
  type: OrgType
  externalCode?: string
  foundedOn: string
  approvalNo?: string
  unitRelation: UnitRelation
  units?: UnitValues[]
  divisionCode: string
  contactName: string
  /** Absent while the stored number stays. */
  contactPhone?: string
  termYears?: number | null
  termStart?: string | null
  sort?: number | null
  canApproveMembers?: boolean
  villageOrCommunity?: boolean
}

/** What the form starts from when it edits an organisation. The telephone stays out: it is masked. */
export function valuesOf(one: OrganisationFieldsFragment): OrganisationValues {
  return {
    fullName: one.fullName, shortName: one.shortName, type: one.type, externalCode: one.externalCode ?? '',
    foundedOn: one.foundedOn ?? '', approvalNo: one.approvalNo ?? '', unitRelation: one.unitRelation ?? 'SAME_AS_PARENT',
    units: one.units.map((unit) => ({ name: unit.name, uscc: unit.uscc ?? '', nature: unit.nature, partyPresence: unit.partyPresence ?? undefined })),
    divisionCode: one.divisionCode, contactName: one.contactName ?? '',
    termYears: one.termYears, termStart: one.termStart, sort: one.sort,
    canApproveMembers: one.canApproveMembers, villageOrCommunity: one.villageOrCommunity,
  }
}

const text = (value: string | undefined): string | null => value?.trim() || null

/** What the form sends. */
export function inputOf(values: OrganisationValues, parent: string | null): OrganisationInput {
  const units = values.unitRelation === 'SAME_AS_PARENT' ? [] : values.units ?? []
  return {
    parent,
    fullName: values.fullName.trim(), shortName: values.shortName.trim(), type: values.type, externalCode: text(values.externalCode),
    foundedOn: values.foundedOn, approvalNo: text(values.approvalNo), unitRelation: values.unitRelation,
    units: units.map((unit) => ({
      name: unit.name?.trim() ?? '', uscc: unit.uscc ? normalUscc(unit.uscc) : null,
      nature: unit.nature ?? '', partyPresence: unit.partyPresence ?? null,
    })),
    divisionCode: values.divisionCode.trim(), contactName: values.contactName.trim(),
    contactPhone: values.contactPhone ? normalPhone(values.contactPhone) : null,
    termYears: values.termYears ?? null, termStart: values.termStart ?? null, sort: values.sort ?? null,
    canApproveMembers: values.canApproveMembers ?? false, villageOrCommunity: values.villageOrCommunity ?? false,
  }
}

/** How the form calls its fields, for telling what two people changed at once. */
export const FIELD_WORDS: Partial<Record<keyof OrganisationValues, string>> = {
  fullName: '组织全称', shortName: '组织简称', type: '类别', externalCode: '外部代码', foundedOn: '成立日期', approvalNo: '批准文号',
  unitRelation: '所在单位情况', units: '所在单位', divisionCode: '行政区划', contactName: '联系人', termYears: '任期', termStart: '本届起始日期',
  sort: '排序号', canApproveMembers: '可审批预备党员', villageOrCommunity: '村（社区）党组织',
}
