import { randomInt, randomUUID } from 'node:crypto'
import { expect } from '@playwright/test'
import {
  ActivateDocument, ActivationProgressDocument, AddAdministratorDocument, ChangeInitialPasswordDocument, CurrentSessionDocument,
  EnrolOperatorDocument, IssueCodesDocument, OperatorEnrolmentDocument, OperatorSignInDocument, RequestPasswordChangeCodeDocument, SignInDocument, SmsOutboxDocument,
} from '../../api/src/index'
import { Api } from './api'
import { inviteOperator } from './server'
import { totp } from './totp'

export const INITIAL_PASSWORD = 'ABC#123'
export const PASSWORD = 'Dangxiao#2027'

/** A short text that no other test uses. */
export const unique = (): string => randomUUID().slice(0, 8).replace(/\d/g, (digit) => 'ghijklmnop'.charAt(Number(digit)))

/** A mobile number that no other test uses. */
export const someMobile = (): string => `139${randomInt(10_000_000, 99_999_999)}`

export interface Operator { api: Api; userName: string; secret: string }

/** Enrols an operator without a browser. */
export async function enrolOperator(baseURL: string, data?: string): Promise<Operator> {
  const api = await Api.open('operator', baseURL)
  const token = await inviteOperator(`e2e-${unique()}`, data)
  const { userName, secret } = (await api.ask(OperatorEnrolmentDocument, { token })).system.operatorEnrolment
  await api.ask(EnrolOperatorDocument, { input: { token, password: PASSWORD, totp: totp(secret) } })
  api.lasting(() => api.ask(OperatorSignInDocument, { input: { userName, password: PASSWORD, totp: totp(secret) } }))
  return { api, userName, secret }
}

/** Issues one activation code. */
export async function issueCode(operator: Operator, modules: string[] = ['contribution', 'development', 'document', 'leadership', 'meeting', 'messaging', 'mobility', 'pledge', 'study_note'], seats = 200): Promise<string> {
  const expiresOn = `${new Date().getFullYear() + 1}-12-31`
  const input = { key: randomUUID(), plan: '标准版', modules, seats, expiresOn, count: 1, note: null }
  const [code] = (await operator.api.ask(IssueCodesDocument, { input })).system.issueCodes.codes
  if (!code) throw new Error('no code was issued')
  return code
}

export interface Account { api: Api; userName: string; displayName: string }
export interface Tenant { name: string; admin: Account; root: string }

/** Activates a tenant and gives its administrator a password of his own, without a browser. */
export async function openTenant(operator: Operator, baseURL: string, name: string, seats?: number): Promise<Tenant> {
  const api = await Api.open('tenant', baseURL)
  const code = await issueCode(operator, undefined, seats)
  const userName = `guanli.${unique()}`
  const { ticket } = (await api.ask(ActivateDocument, { input: { code, organisationName: name, userName } })).system.activate
  await expect.poll(async () => (await api.ask(ActivationProgressDocument, { ticket })).system.activationProgress.state, { timeout: 60_000 }).toBe('READY')
  const admin = await takeOver(api, userName)
  const root = (await api.ask(CurrentSessionDocument, {})).system.session?.roots[0]?.id
  if (!root) throw new Error('the administrator has no organisation')
  return { name, admin, root }
}

/** First sign-in of an account without a mobile number: replaces the initial password. */
export async function takeOver(api: Api, userName: string): Promise<Account> {
  await api.ask(SignInDocument, { input: { userName, password: INITIAL_PASSWORD } })
  const { account } = (await api.ask(ChangeInitialPasswordDocument, { input: { newPassword: PASSWORD } })).system.changeInitialPassword
  return { api, userName, displayName: account.displayName }
}

/** Adds an administrator of an organisation; he still has the initial password. */
export async function addAdministrator(by: Account, organisation: string, displayName: string, mobile?: string): Promise<string> {
  const userName = `yonghu.${unique()}`
  await by.api.ask(AddAdministratorDocument, { input: { organisation, displayName, userName, mobile: mobile ?? null } })
  return userName
}

/** The newest code sent to a number. */
export async function smsCode(operator: Operator, mobile: string): Promise<string> {
  const { nodes } = (await operator.api.ask(SmsOutboxDocument, { first: 1, mobile })).system.smsOutbox
  const code = /\d{6}/.exec(nodes[0]?.text ?? '')?.[0]
  if (!code) throw new Error(`no code was sent to ${mobile}`)
  return code
}

/** First sign-in of a member by the mobile number: the initial password is replaced after a code. */
export async function takeOverMember(operator: Operator, api: Api, mobile: string): Promise<Account> {
  await api.ask(SignInDocument, { input: { userName: mobile, password: INITIAL_PASSWORD } })
  await api.ask(RequestPasswordChangeCodeDocument, {})
  const input = { newPassword: PASSWORD, smsCode: await smsCode(operator, mobile) }
  const { account } = (await api.ask(ChangeInitialPasswordDocument, { input })).system.changeInitialPassword
  return { api, userName: mobile, displayName: account.displayName }
}
