import { aheadWords, deliveryWord, ladderWords, minutesWords, ofMeetings, yuan } from '@zhibu/api/messaging-words'
import { describe, expect, it } from 'vitest'
import { RequestError } from '../../net/errors'
import { inputOf, ladderOf, missingOf, placed, type Templates, type Values } from './form-values'
import { unitOf } from './minutes-field'
import { fenOf, secondsWords, share, viaWords } from './words'

const templates: Templates = {
  sms: [{ id: 's', name: '通知', text: '{姓名}同志，{标题}，联系人{联系人}。', variables: ['联系人'], all: ['姓名', '标题', '联系人'] }],
  voice: [{ id: 'v', name: '电话', text: '您好，{标题}。', variables: [], all: ['标题'] }],
}
const values = (more: Partial<Values> = {}): Values => ({
  key: 'k', organisation: 'o', title: ' 关于开会的通知 ', text: '请准时参加', organisations: [{ value: 'o', label: '机关党支部' }], people: [],
  ladder: ladderOf({ ladder: [{ rung: 'PUSH', afterMinutes: 0, template: null, templateName: null }, { rung: 'VOICE', afterMinutes: 120, template: 'v', templateName: '电话' }] }), ...more,
})

describe('words of notices', () => {
  it('PC-4.5 says minutes as people do', () => {
    expect([0, 5, 60, 90, 1440, 2160, 10_080].map(minutesWords)).toEqual(['0 分钟', '5 分钟', '1 小时', '1 小时 30 分钟', '1 天', '1 天 12 小时', '7 天'])
    expect([0, 30].map(aheadWords)).toEqual(['准时', '提前 30 分钟'])
    expect([0, 45, 60, 90, 1440, 1500].map(unitOf)).toEqual([1, 1, 60, 1, 1440, 60])
  })

  it('PC-4.5 says a ladder in one sentence', () => {
    expect(ladderWords([])).toBe('只发系统消息')
    expect(ladderWords([{ rung: 'PUSH', afterMinutes: 0 }, { rung: 'SMS', afterMinutes: 60 }, { rung: 'VOICE', afterMinutes: 1440 }]))
      .toBe('系统消息 → 立即发平台消息 → 1 小时后仍未读，发短信 → 1 天后仍未读，打语音电话')
  })

  it('PC-4.5 counts money in fen and shows it in yuan', () => {
    expect([0, 5, 100, 123_456, -5].map(yuan)).toEqual(['0.00 元', '0.05 元', '1.00 元', '1,234.56 元', '-0.05 元'])
    expect([0, 0.1, 19.99, 300].map(fenOf)).toEqual([0, 10, 1999, 30_000])
  })

  it('PC-4.5 a share is whole only when everybody has read', () => {
    expect([share(0, 0), share(0, 9), share(1, 5000), share(4999, 5000), share(3, 3)]).toEqual(['—', '0%', '0.1%', '99.9%', '100%'])
  })

  it('PC-4.5 tells of calls otherwise than of text messages', () => {
    expect([deliveryWord('SMS', 'DELIVERED'), deliveryWord('VOICE', 'DELIVERED'), deliveryWord('VOICE', 'FAILED'), deliveryWord('VOICE', 'CANCELLED')]).toEqual(['已送达', '已接听', '未接通', '已取消'])
    expect([35, 60, 95].map(secondsWords)).toEqual(['35 秒', '1 分钟', '1 分 35 秒'])
    expect([viaWords('WECHAT'), viaWords('some-carrier'), viaWords(null)]).toEqual(['微信', null, null])
    expect([ofMeetings('MEETING_SOON'), ofMeetings('SCHEDULE')]).toEqual([true, false])
  })
})

describe('the form of a notice', () => {
  it('PC-4.5 starts with the rule, and all rungs can be switched on', () => {
    expect(values().ladder.map(({ rung, on, afterMinutes, template }) => [rung, on, afterMinutes, template])).toEqual([['PUSH', true, 0, null], ['SMS', false, 60, null], ['VOICE', true, 120, 'v']])
    expect(ladderOf(undefined).some(({ on }) => on)).toBe(false)
  })

  it('PC-4.5 says what is missing before figures can be shown', () => {
    expect(missingOf(values(), templates)).toEqual([])
    const sms = values().ladder.map((one) => (one.rung === 'SMS' ? { ...one, on: true } : one))
    expect(missingOf(values({ title: '', organisations: [], ladder: sms }), templates)).toEqual(['标题', '接收范围', '短信模板'])
    const chosen = sms.map((one) => (one.rung === 'SMS' ? { ...one, template: 's', afterMinutes: null } : one))
    expect(missingOf(values({ ladder: chosen }), templates)).toEqual(['短信的等待时间', '短信中的联系人'])
  })

  it('PC-4.5 sends only the rungs that are on, and only values of their templates', () => {
    const ladder = values().ladder.map((one) => (one.rung === 'SMS' ? { ...one, on: true, template: 's', filled: { 联系人: ' 李琳 ', 旧变量: '旧' } } : one))
    expect(inputOf(values({ ladder }), templates)).toEqual({
      organisation: 'o', title: '关于开会的通知', text: '请准时参加', organisations: ['o'], people: [],
      ladder: [
        { rung: 'PUSH', afterMinutes: 0, template: null, values: [] },
        { rung: 'SMS', afterMinutes: 60, template: 's', values: [{ name: '联系人', value: '李琳' }] },
        { rung: 'VOICE', afterMinutes: 120, template: 'v', values: [] },
      ],
    })
  })

  it('PC-4.5 puts a refusal at the rung it is about, though the server counts only those that are on', () => {
    const refusal = (...path: (string | number)[]) => new RequestError('INVALID', '有误', [{ path, message: '有误' }])
    const at = (cause: RequestError) => (placed(cause, values(), templates) as RequestError).fields[0]?.path
    expect(at(refusal('ladder', 1, 'template'))).toEqual(['ladder', 2, 'template'])
    expect(at(refusal('ladder', 1, 'values', '金额'))).toEqual(['ladder', 2, 'template'])
    expect(at(refusal('ladder', 0, 'rung'))).toEqual(['ladder', 0, 'afterMinutes'])
    expect(at(refusal('title'))).toEqual(['title'])
    const sms = { ladder: values().ladder.map((one) => (one.rung === 'SMS' ? { ...one, on: true, template: 's' } : one)) }
    expect((placed(refusal('ladder', 1, 'values', '联系人'), sms, templates) as RequestError).fields[0]?.path).toEqual(['ladder', 1, 'filled', '联系人'])
    expect(placed(new Error('x'), values(), templates)).toBeInstanceOf(Error)
  })
})
