import assert from 'node:assert/strict'
import test from 'node:test'
import { dayOf, dayWords, momentWords } from '../src/lib/days.ts'
import { freshId } from '../src/lib/fresh-id.ts'
import { menusOf, needs, noticesOf, paths, type Menu } from '../src/lib/menus.ts'
import { signCode, signParams } from '../src/lib/sign-code.ts'
import { ownState, resultWords, timeWords } from '../src/pkg-meeting/words.ts'
import { EMPTY, formOf, inputOf, isPast, isSame } from '../src/pkg-message/schedule/form.ts'
import { accepted, asking, whenWords } from '../src/pkg-message/words.ts'
import { isGiven, ladderOf, stepsOf, whenWords as stepWords } from '../src/pkg-notice/ladder.ts'

const menus: Menu[] = [
  { key: 'personal.study_note', group: 'PERSONAL', label: '心得体会' },
  { key: 'personal.mall', group: 'PERSONAL', label: '积分商城' },
  { key: 'personal.pledge', group: 'PERSONAL', label: '党员承诺' },
]

test('M-0.5 menus keep the order and the names of the tenant; those without a page are not shown', () => {
  assert.deepEqual(menusOf(menus, 'PERSONAL', []).map(({ label }) => label), ['心得体会', '党员承诺'])
})

test('M-0.5 管理工作 is for those who hold one of its permissions', () => {
  const key = 'manage.transfer'
  paths[key] = '/pkg-manage/transfers/index'
  const manage: Menu[] = [{ key, group: 'MANAGE', label: '党员调动' }]
  assert.deepEqual(menusOf(manage, 'MANAGE', ['study_note.write']), [])
  assert.equal(menusOf(manage, 'MANAGE', [needs[key]![0]!]).length, 1)
  delete paths[key]
})

test('days are those of China', () => {
  assert.equal(dayOf('2026-11-26T16:00:00Z'), '2026-11-27')
  assert.equal(momentWords('2026-11-26T16:05:00Z'), '2026年11月27日 00:05')
  assert.equal(dayWords(null), '未填写')
})

test('M-9.8 ids made on the phone are UUIDs of version 7 in the order of time', () => {
  assert.match(freshId(), /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  assert.ok(freshId(1_000_000_000_000) < freshId(1_900_000_000_000))
})

const MEETING = '01a21cd6-ec4e-77a8-9624-e5e2dc501872'
const CODE = '119718678.c34769bd68b4515be85343aef1bacb81'

test('M-9.6 the code of a meeting is read from a whole address or from its parts; other codes are none', () => {
  const found = { meeting: MEETING, code: CODE }
  assert.deepEqual(signCode(`https://zhibu.example.org/m/#/pkg-meeting/sign/index?m=${MEETING}&c=${CODE}`), found)
  assert.deepEqual(signCode(`/pkg-meeting/sign/index?c=${encodeURIComponent(CODE)}&m=${MEETING}`), found)
  assert.deepEqual(signParams({ m: MEETING, c: CODE }), found)
  for (const text of ['', 'https://example.org/?m=1&c=2', `https://example.org/?m=${MEETING}&c=${CODE}`, `https://zhibu.example.org/m/#/pkg-meeting/sign/index?m=${MEETING}`, 'weixin://pkg-meeting/sign?m=1&c=%E0%A4%A', 'pkg-meeting/sign']) {
    assert.equal(signCode(text), null, text)
  }
})

test('M-1.3 times of a meeting are those of China, and a place on its list is told in a word', () => {
  const year = new Date().getFullYear()
  assert.equal(timeWords(`${year}-03-01T01:00:00Z`, `${year}-03-01T03:00:00Z`).replace(/（.*?）/, ''), '3月1日09:00—11:00')
  assert.equal(timeWords('2020-12-31T15:00:00Z', '2020-12-31T17:30:00Z'), '2020年12月31日（周四）23:00—1月1日（周五）01:30')
  const me = { person: '1', name: '林晓燕', part: 'SHOULD', makeup: false } as Parameters<typeof ownState>[0] & object
  assert.equal(ownState(me, 'PUBLISHED')?.label, '需参加')
  assert.equal(ownState(me, 'RUNNING')?.label, '未签到')
  assert.equal(ownState({ ...me, leaveState: 'ASKED' }, 'PUBLISHED')?.label, '请假待批')
  assert.equal(ownState({ ...me, leaveState: 'REFUSED' }, 'PUBLISHED')?.label, '请假未同意')
  assert.equal(ownState({ ...me, attendance: 'LATE', signedAt: '2026-11-27T01:00:00Z' }, 'RUNNING')?.label, '已签到（迟到）')
  assert.equal(ownState({ ...me, attendance: 'ABSENT' }, 'FINISHED')?.label, '缺席')
  assert.equal(ownState(null, 'RUNNING'), null)
})

test('PC-4.3f what came of a vote is one sentence', () => {
  const vote = { state: 'ENDED', rule: 'RESOLUTION', options: ['赞成', '反对', '弃权'], quorum: true, passed: true, elected: [] as number[] } as unknown as Parameters<typeof resultWords>[0]
  assert.equal(resultWords(vote), '通过')
  assert.equal(resultWords({ ...vote, passed: false }), '未通过')
  assert.equal(resultWords({ ...vote, quorum: false }), '到会人数不足，结果无效')
  assert.equal(resultWords({ ...vote, rule: 'ELECTION', options: ['陈建国', '许文静'], elected: [1] }), '当选：许文静')
  assert.equal(resultWords({ ...vote, rule: 'NONE' }), '投票已结束')
  assert.equal(resultWords({ ...vote, state: 'OPEN' }), '')
})

test('M-1.11 a reminder says when it is for, in China, and how it repeats', () => {
  const now = Date.parse('2026-11-27T00:00:00Z')
  const at = '2026-11-30T16:05:00Z'
  assert.equal(whenWords({ at, repeat: 'NEVER' }, now), '12月1日（周二）00:05')
  assert.equal(whenWords({ at: '2027-01-01T01:00:00Z', repeat: 'NEVER' }, now), '2027年1月1日（周五）09:00')
  assert.equal(whenWords({ at, repeat: 'DAILY' }, now), '每天 00:05')
  assert.equal(whenWords({ at, repeat: 'WEEKLY' }, now), '每周二 00:05')
  assert.equal(whenWords({ at, repeat: 'MONTHLY' }, now), '每月1日 00:05')
  assert.equal(whenWords({ at, repeat: 'YEARLY' }, now), '每年12月1日 00:05')
})

test('M-1.11 the form of a reminder goes to the server and back; one that is over is seen before it is sent', () => {
  const form = { ...EMPTY, title: ' 交党费 ', day: '2026-12-01', time: '00:05', ahead: 30, way: 'VOICE' as const }
  const input = inputOf(form)
  assert.deepEqual(input, { title: '交党费', note: null, at: '2026-11-30T16:05:00.000Z', repeat: 'NEVER', aheadMinutes: 30, way: 'VOICE' })
  const row = { id: '1', title: '交党费', note: '', at: '2026-11-30T16:05:00Z', repeat: 'NEVER' as const, aheadMinutes: 30, way: 'VOICE' as const, nextAt: null }
  assert.ok(isSame(row, input))
  assert.ok(!isSame({ ...row, way: 'SMS' }, input))
  assert.deepEqual(formOf(row), { ...form, title: '交党费' })
  // Half an hour ahead.
  assert.ok(isPast(form, Date.parse('2026-11-30T15:35:00Z')))
  assert.ok(!isPast(form, Date.parse('2026-11-30T15:34:00Z')))
  assert.ok(!isPast({ ...form, repeat: 'DAILY' }, Date.parse('2027-01-01T00:00:00Z')))
})

test('M-1.15 WeChat is asked for at most three templates, those first of which the fewest are left; only what was accepted counts', () => {
  const consents = [{ template: 'a', left: 3 }, { template: 'b', left: 0 }, { template: 'c', left: 1 }, { template: 'd', left: 2 }]
  assert.deepEqual(asking(consents), ['b', 'c', 'd'])
  assert.deepEqual(accepted(['b', 'c', 'd'], { b: 'accept', c: 'reject', d: 'ban', errMsg: 'requestSubscribeMessage:ok' }), ['b'])
})

test('PC-4.5 a ladder on the phone is the rule without what is switched off, and keeps its times', () => {
  const sms = { id: 's', name: '通知', text: '${姓名}同志，${事项}', variables: ['事项'] }
  const start = {
    rules: [{ occasion: 'ANNOUNCEMENT', ladder: [{ rung: 'PUSH', afterMinutes: 0 }, { rung: 'SMS', afterMinutes: 60, template: 's' }, { rung: 'VOICE', afterMinutes: 120, template: 'v' }] }], sms: [sms], voice: [{ ...sms, id: 'v', variables: [] }],
  } as unknown as Parameters<typeof stepsOf>[0]
  const steps = stepsOf(start)
  assert.deepEqual(steps.map(stepWords), ['发布后马上发平台消息', '发布 1 小时后还没有读的，发短信', '发布 3 小时后还没有读的，打电话播报'])
  assert.deepEqual(ladderOf(steps, ['SMS'], {}), [{ rung: 'PUSH', afterMinutes: 0, template: null, values: null }, { rung: 'VOICE', afterMinutes: 180, template: 'v', values: null }])
  assert.deepEqual(ladderOf(steps, ['PUSH', 'VOICE'], { SMS: { 事项: ' 明天开会 ' } }), [{ rung: 'SMS', afterMinutes: 60, template: 's', values: [{ name: '事项', value: '明天开会' }] }])
  assert.ok(!isGiven(steps, [], {}))
  assert.ok(isGiven(steps, ['SMS'], {}))
  // A template that was taken back cannot be used.
  const [, gone] = stepsOf({ ...start, sms: [] })
  assert.match(gone!.hindrance ?? '', /短信模板/)
  assert.deepEqual(ladderOf(stepsOf({ ...start, sms: [], voice: [] }), [], {}).map(({ rung }) => rung), ['PUSH'])
  assert.deepEqual(stepsOf({ ...start, rules: [] }), [])
})

test('PC-4.5 通知公告 stands among 管理工作 for who may see them', () => {
  assert.deepEqual(noticesOf(['meeting.manage']), [])
  assert.equal(noticesOf(['notice.read'])[0]?.path, '/pkg-notice/list/index')
})
