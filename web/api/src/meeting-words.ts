import type {
  MeetingAlert, MeetingAttend, MeetingAttendance, MeetingEvery, MeetingFileKind, MeetingLeaveKind, MeetingLeaveState, MeetingMode, MeetingPart, MeetingQuorum,
  MeetingState, MeetingVoteRule, MeetingVoteState, MeetingWay,
} from './generated'
import type { Words } from './words'

/** Of a secret vote that one or two have cast in: numbers would say who voted how. */
export const WITHHELD = '投票不足3人，为保守秘密未计票'

/** 会议状态 */
export const meetingStates: Words<MeetingState> = {
  DRAFT: { label: '草稿', tone: 'off' },
  PUBLISHED: { label: '未开始', tone: 'info' },
  RUNNING: { label: '进行中', tone: 'ok' },
  MINUTES_PENDING: { label: '待纪要', tone: 'warn' },
  FINISHED: { label: '已结束', tone: 'off' },
  CANCELLED: { label: '已取消', tone: 'bad' },
}

/** 会议方式 */
export const meetingModes: Words<MeetingMode> = {
  OFFLINE: { label: '线下会议', tone: 'info' },
  VIDEO: { label: '视频会议', tone: 'ok' },
  HYBRID: { label: '线上线下结合', tone: 'warn' },
}

/** 参会范围 */
export const meetingAttends: Words<MeetingAttend> = { MEMBERS: { label: '全体党员' }, COMMITTEE: { label: '班子成员' }, NAMED: { label: '指定人员' } }

/** 召开频次 */
export const meetingEvery: Words<MeetingEvery> = { MONTH: { label: '每月' }, QUARTER: { label: '每季度' }, YEAR: { label: '每年' } }

/** 到会要求 */
export const meetingQuorums: Words<MeetingQuorum> = {
  NONE: { label: '无要求' }, HALF: { label: '半数以上（含半数）' }, MORE_THAN_HALF: { label: '超过半数' }, TWO_THIRDS: { label: '三分之二以上' }, FOUR_FIFTHS: { label: '五分之四以上' },
}

/** 参会身份 */
export const meetingParts: Words<MeetingPart> = {
  SHOULD: { label: '应到', tone: 'info' }, EXEMPT: { label: '不计入应到', tone: 'off' }, OBSERVER: { label: '列席', tone: 'off' },
}

/** 出勤 */
export const attendances: Words<MeetingAttendance> = {
  PRESENT: { label: '出席', tone: 'ok' }, LATE: { label: '迟到', tone: 'warn' }, LEAVE: { label: '请假', tone: 'info' }, ABSENT: { label: '缺席', tone: 'bad' },
}

/** 签到方式 */
export const signWays: Words<MeetingWay> = { QR: { label: '扫码签到' }, PLACE: { label: '定位签到' }, LIST: { label: '管理员登记' }, VIDEO: { label: '视频入会' } }

/** 请假类型 */
export const leaveKinds: Words<MeetingLeaveKind> = {
  SICK: { label: '病假' }, PERSONAL: { label: '事假' }, DUTY: { label: '公务' }, AWAY: { label: '外出' }, OTHER: { label: '其他' },
}

/** 请假状态 */
export const leaveStates: Words<MeetingLeaveState> = {
  ASKED: { label: '待审批', tone: 'warn' }, GRANTED: { label: '已同意', tone: 'ok' }, REFUSED: { label: '未同意', tone: 'bad' },
}

/** 计票规则, and what each demands. */
export const voteRules: Words<MeetingVoteRule> & Record<MeetingVoteRule, { hint: string }> = {
  NONE: { label: '仅统计票数', hint: '征求意见、评选等，不判定是否通过' },
  RESOLUTION: { label: '一般决议', hint: '到会半数以上，赞成超过应到会有表决权人数的半数为通过' },
  ASSEMBLY: { label: '接收、转正', hint: '到会超过半数，赞成超过应到会有表决权人数的半数为通过' },
  ELECTION: { label: '选举', hint: '到会五分之四以上，得票超过实到会有表决权人数的半数当选' },
}

/** 投票状态 */
export const voteStates: Words<MeetingVoteState> = {
  PREPARED: { label: '未开始', tone: 'off' }, OPEN: { label: '投票中', tone: 'ok' }, ENDED: { label: '已结束', tone: 'info' },
}

/** 文件类别 */
export const meetingFileKinds: Words<MeetingFileKind> = {
  MATERIAL: { label: '会议材料' }, PHOTO: { label: '照片' }, VIDEO: { label: '视频' }, RECORDING: { label: '会议录像' },
}

/** 预警级别, told by words besides colour. */
export const meetingAlerts: Words<MeetingAlert> & Record<MeetingAlert, { hint: string }> = {
  RED: { label: '红色预警', tone: 'bad', hint: '已逾期' },
  YELLOW: { label: '黄色预警', tone: 'warn', hint: '即将到期' },
  BLUE: { label: '蓝色提醒', tone: 'info', hint: '临近期末' },
}

/** What a voting secret promises. */
export const SECRET = '不记名投票：系统把选票和投票人分开保存，任何人（包括管理员）都无法看到谁投了什么。'
