import { asAdministrator, gone, needs, pictureOf, walk } from '../meetings.mjs'

export { needs }
export { person } from '../enter.mjs'

/** M-1.3, M-9.6, PC-4.3f: from 我的组织生活 to a meeting, signed in by the code of the big screen; a vote that opens comes up by itself. */
export default async function meetingScan({ mini, target, server, until, check }) {
  const { id, detail } = await walk({ mini, target, until }, 'scan')
  // Not a code of ours leads nowhere.
  mini.scanned = 'https://example.org/other'
  mini.tap(detail, '扫码签到')
  await until('别的二维码', () => mini.text(detail).includes('这不是会议的签到码'))
  mini.scanned = await pictureOf(server, id)
  mini.tap(detail, '扫码签到')
  const at = await until('签到页', () => gone(mini, 'pkg-meeting/sign'))
  check(at.query.m === id, '签到页拿到的会议不对')
  const sign = mini.open(at.path, at.query)
  await until('签到成功', () => mini.text(sign).includes('签到成功'))
  mini.close(sign)
  detail.onShow?.()
  await until('已签到', () => mini.text(detail).includes('已签到'))

  const prepared = await asAdministrator(server, 'mutation($m: ID!, $i: MeetingVoteInput!) { meeting { prepareVote(meeting: $m, input: $i) { votes { id } } } }', { m: id, i: { title: '通过工作计划', options: [], secret: false, rule: 'RESOLUTION' } })
  await asAdministrator(server, 'mutation($id: ID!) { meeting { startVote(id: $id) { manages } } }', { id: prepared.meeting.prepareVote.votes[0].id })
  await until('选票', () => mini.text(detail).includes('请选一项'))
  mini.tap(detail, '赞成')
  await until('选中', () => mini.text(detail).includes('✓赞成'))
  mini.tap(detail, '选好了')
  await until('核对', () => mini.text(detail).includes('请核对您的选择'))
  mini.tap(detail, '确认投票')
  await until('已投票', () => mini.text(detail).includes('您投了：赞成'))
  // DingTalk's sockets know no protocols: there the page looks by itself.
  check(target === 'dd' || mini.seen.sockets.some(({ authorised, heard }) => authorised && heard > 1), '没有用令牌跟随会议')
  mini.close(detail)
}
