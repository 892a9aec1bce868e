import { randomInt } from 'node:crypto'
import type { Page } from '@playwright/test'
import { usccCheckCharacter, type OrganisationInput, type OrgType } from '../../api/src/index'
import { choose, field, setDay } from './forms'

/** A valid unified social credit code. */
export function someUscc(): string {
  const body = `91350102MA${String(randomInt(0, 10_000_000)).padStart(7, '0')}`
  return body + (usccCheckCharacter(body) ?? '')
}

/** A plain organisation for the API, by its short name. */
export const organisation = (parent: string, shortName: string, type: OrgType = 'BRANCH'): OrganisationInput => ({
  parent, type, shortName, fullName: `中共${shortName}`, foundedOn: '2019-07-01', unitRelation: 'SAME_AS_PARENT', units: [],
  divisionCode: '350102', contactName: '林志远', contactPhone: '0591-87654321',
})

/** Fills what every organisation needs; the type must be on offer. */
export async function fillOrganisation(page: Page, values: { name: string; type?: string }): Promise<void> {
  await field(page, '组织全称').fill(`中共${values.name}`)
  await field(page, '组织简称').fill(values.name)
  if (values.type) await choose(page, '类别', values.type)
  await setDay(page, '成立日期', '2018-07-01')
  await field(page, '行政区划代码').fill('350102')
  await field(page, '联系人').fill('林志远')
  await field(page, '联系电话').fill('0591-87654321')
}
