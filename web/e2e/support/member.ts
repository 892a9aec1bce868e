import { randomInt } from 'node:crypto'
import type { Page } from '@playwright/test'
import { CreateMemberDocument, CreateOrganisationDocument, idCheckCharacter, idFacts, type MemberInput, type OrgType } from '../../api/src/index'
import { choose, field, setDay } from './forms'
import { organisation } from './organisation'
import { someMobile, type Account } from './people'

/** A valid identity number of somebody born in the sixties to eighties, that no other test uses. */
export function someId(birthDate = `19${randomInt(60, 90)}-${String(randomInt(1, 13)).padStart(2, '0')}-${String(randomInt(1, 29)).padStart(2, '0')}`): string {
  const region = `3501${String(randomInt(2, 82)).padStart(2, '0')}`
  const body = `${region}${birthDate.replaceAll('-', '')}${String(randomInt(0, 1000)).padStart(3, '0')}`
  return body + (idCheckCharacter(body) ?? '')
}

/** An organisation for members, by the API; gives its id. */
export async function addBranch(by: Account, parent: string, shortName: string, type: OrgType = 'BRANCH'): Promise<string> {
  return (await by.api.ask(CreateOrganisationDocument, { input: organisation(parent, shortName, type) })).directory.createOrganisation.id
}

/** A plain member for the API. */
export function member(branch: string, name: string, more: Partial<MemberInput> = {}): MemberInput {
  const idNumber = more.idNumber ?? someId()
  return {
    name, idNumber, ...idFacts(idNumber), ethnicity: '01', educationLevel: '21', workPost: '121', mobile: someMobile(), branch,
    memberType: 'FORMAL', joinDate: '2012-06-20', conversionDate: '2013-06-20', floating: false, ...more,
  }
}

/** Adds a member without a browser; gives the id. */
export async function addMember(by: Account, input: MemberInput): Promise<string> {
  return (await by.api.ask(CreateMemberDocument, { input })).directory.createMember.id
}

/** Chooses an organisation by typing its name. */
export async function chooseOrganisation(page: Page, label: string, name: string): Promise<void> {
  const picker = page.getByRole('combobox', { name: label, exact: true })
  await picker.click()
  await picker.fill(name)
  await page.locator('.ant-select-tree').getByText(name).first().click()
}

/** Fills what every member needs. */
export async function fillMember(page: Page, values: { name: string; idNumber: string; mobile: string; branch: string }): Promise<void> {
  await field(page, '姓名').fill(values.name)
  await field(page, '公民身份号码').fill(values.idNumber)
  await choose(page, '民族', '汉族')
  await chooseOrganisation(page, '所在党支部', values.branch)
  await page.getByRole('radio', { name: '正式党员' }).check()
  await setDay(page, '加入党组织日期', '2012-06-20')
  await choose(page, '工作岗位', '公有制企业管理人员')
  await choose(page, '学历', '大学本科毕业')
  await field(page, '手机号').fill(values.mobile)
}
