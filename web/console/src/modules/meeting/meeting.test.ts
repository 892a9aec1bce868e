import type { MeetingFullFragment, MeetingSeatFragment } from '@zhibu/api'
import { describe, expect, it } from 'vitest'
import { template } from './minutes-template'
import { rate, span } from './words'

const seat = (name: string, more: Partial<MeetingSeatFragment>): MeetingSeatFragment => ({
  person: name, name, organisation: 'b', part: 'SHOULD', partReason: null, chosen: false, votes: true, attendance: null, signedAt: null, way: null, signNote: null, distance: null,
  leaveState: null, leaveKind: null, leaveReason: null, leaveAt: null, leaveAnswer: null, makeup: false, joinedAt: null, ...more,
})

describe('PC-4.3a shares', () => {
  it('a share of nothing is no share', () => expect(rate(0, 0)).toBe('—'))
  it('is told to a tenth, and never above the whole', () => {
    expect(rate(7, 8)).toBe('87.5%')
    expect(rate(3, 3)).toBe('100%')
    expect(rate(4, 3)).toBe('100%')
  })
})

it('PC-4.3c a meeting of one day tells the day once', () => {
  expect(span('2026-11-27T11:00:00', '2026-11-27T13:00:00')).toBe('2026年11月27日（星期五）11:00—13:00')
  expect(span('2026-11-27T23:00:00', '2026-11-28T01:00:00')).toBe('2026年11月27日 23:00 至 11月28日 01:00')
})

it('PC-4.3i minutes begin with who was there, and what was decided', () => {
  const one = {
    agenda: '一、学习\n\n二、表决', observers: '上级指导组', votes: [
      { title: '年度总结', state: 'ENDED', options: ['赞成', '反对', '弃权'], counts: [2, 0, 1], passed: true, quorum: true, rule: 'RESOLUTION', elected: [] },
      { title: '增补委员', state: 'ENDED', options: ['甲', '乙'], counts: [2, 1], passed: null, quorum: false, rule: 'ELECTION', elected: [] },
      { title: '少数人投的', state: 'ENDED', options: ['赞成', '反对', '弃权'], counts: null, withheld: true, passed: null, quorum: null, rule: 'RESOLUTION', elected: [] },
      { title: '未开始的', state: 'PREPARED', options: ['甲', '乙'], counts: null, passed: null, quorum: null, rule: 'NONE', elected: [] },
    ],
  } as unknown as MeetingFullFragment
  const { body, resolutions } = template(one, [
    seat('甲', { attendance: 'PRESENT' }), seat('乙', { attendance: 'LATE' }), seat('丙', { leaveState: 'GRANTED' }), seat('丁', {}),
    seat('戊', { part: 'EXEMPT' }), seat('己', { part: 'OBSERVER', attendance: 'PRESENT' }),
  ])
  expect(body).toBe('应到 4 人，实到 2 人，请假 1 人，缺席 1 人。\n出席：甲、乙\n请假：丙\n缺席：丁\n列席：己、上级指导组\n\n一、学习\n\n二、表决\n')
  expect(resolutions).toBe('1. 年度总结：赞成 2 票，反对 0 票，弃权 1 票，表决通过。\n2. 增补委员：甲 2 票，乙 1 票，无人当选（到会人数不足）。\n3. 少数人投的：投票不足3人，为保守秘密未计票。')
})
