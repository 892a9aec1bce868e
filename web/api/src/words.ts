import type {
  AccountState, CodeState, EndReason, ExportState, ImportState, MembershipStatus, MemberType, OrgStatus, OrgType, PledgeType, RequestState, SampleKind, SampleState, TenantLife, TenantState, UnitRelation, WritingState,
} from './generated'

/** How a label is coloured: by meaning, never by taste. */
export type Tone = 'ok' | 'info' | 'warn' | 'bad' | 'off'

/** A dictionary of an enumeration: words and tone of each value. */
export type Words<Key extends string> = Record<Key, { label: string; tone?: Tone }>

export const accountStates: Words<AccountState> = {
  ACTIVE: { label: '正常', tone: 'ok' },
  LOCKED: { label: '锁定', tone: 'bad' },
  DISABLED: { label: '停用', tone: 'off' },
  MUST_CHANGE: { label: '待改密', tone: 'warn' },
}

export const codeStates: Words<CodeState> = {
  ISSUED: { label: '未使用', tone: 'info' },
  USED: { label: '已使用', tone: 'ok' },
  EXPIRED: { label: '已过期', tone: 'off' },
  REVOKED: { label: '已作废', tone: 'bad' },
}

export const tenantStates: Words<TenantState> = {
  PROVISIONING: { label: '开通中', tone: 'info' },
  ACTIVE: { label: '正常', tone: 'ok' },
  FAILED: { label: '开通失败', tone: 'bad' },
  MAINTENANCE: { label: '维护中', tone: 'warn' },
}

export const tenantLives: Words<TenantLife> = {
  ACTIVE: { label: '正常', tone: 'ok' },
  GRACE: { label: '宽限期', tone: 'warn' },
  READ_ONLY: { label: '只读', tone: 'warn' },
  SUSPENDED: { label: '已停用', tone: 'bad' },
  CLOSED: { label: '已终止', tone: 'off' },
}

export const orgTypes: Words<OrgType> = {
  PARTY_COMMITTEE: { label: '党委', tone: 'bad' },
  WORK_COMMITTEE: { label: '党工委', tone: 'bad' },
  GENERAL_BRANCH: { label: '党总支', tone: 'warn' },
  BRANCH: { label: '党支部', tone: 'info' },
  JOINT_BRANCH: { label: '联合党支部', tone: 'info' },
  PROVISIONAL_COMMITTEE: { label: '临时党委', tone: 'off' },
  PROVISIONAL_GENERAL_BRANCH: { label: '临时党总支', tone: 'off' },
  PROVISIONAL_BRANCH: { label: '临时党支部', tone: 'off' },
  MOBILE_BRANCH: { label: '流动党员党支部', tone: 'info' },
  LEADING_GROUP: { label: '党组', tone: 'warn' },
  PARTY_GROUP: { label: '党小组', tone: 'ok' },
}

export const orgStatuses: Words<OrgStatus> = {
  ACTIVE: { label: '正常', tone: 'ok' },
  PREPARING: { label: '筹建', tone: 'info' },
  MERGED: { label: '已合并', tone: 'off' },
  DISSOLVED: { label: '已撤销', tone: 'off' },
  TRANSFERRED_OUT: { label: '已划转', tone: 'off' },
}

export const unitRelations: Words<UnitRelation> = {
  SAME_AS_PARENT: { label: '与上级党组织相同' },
  LEGAL_UNIT: { label: '法人单位' },
  JOINT: { label: '多个单位联合' },
}

export const memberTypes: Words<MemberType> = {
  FORMAL: { label: '正式党员', tone: 'bad' },
  PROBATIONARY: { label: '预备党员', tone: 'warn' },
}

export const membershipStatuses: Words<MembershipStatus> = {
  NORMAL: { label: '正常', tone: 'ok' },
  SUSPENDED: { label: '停止党籍', tone: 'off' },
}

export const endReasons: Words<EndReason> = {
  TRANSFER_OUT: { label: '调出系统外', tone: 'info' },
  DECEASED: { label: '去世', tone: 'off' },
  WITHDREW: { label: '退党除名', tone: 'warn' },
  SELF_LEFT: { label: '自行脱党除名', tone: 'warn' },
  PERSUADED_OUT: { label: '劝其退党', tone: 'warn' },
  PERSUADED_STRUCK: { label: '劝而不退除名', tone: 'warn' },
  EXPELLED: { label: '开除党籍', tone: 'bad' },
  PROBATION_CANCELLED: { label: '取消预备党员资格', tone: 'warn' },
  NOT_RECOGNISED: { label: '不予承认', tone: 'warn' },
  DATA_ERROR: { label: '错录删除', tone: 'off' },
}

export const sampleKinds: Words<SampleKind> = {
  PLEDGE: { label: '党员承诺', tone: 'bad' },
  STUDY_NOTE: { label: '学习心得', tone: 'info' },
  LECTURE: { label: '党课讲稿', tone: 'warn' },
  WORK_PLAN: { label: '工作计划', tone: 'ok' },
}

export const sampleStates: Words<SampleState> = {
  DRAFT: { label: '草稿', tone: 'warn' },
  PUBLISHED: { label: '已发布', tone: 'ok' },
  WITHDRAWN: { label: '已下架', tone: 'off' },
}

export const importStates: Words<ImportState> = {
  UPLOADING: { label: '待上传', tone: 'off' },
  CHECKING: { label: '检查中', tone: 'info' },
  REFUSED: { label: '文件不可用', tone: 'bad' },
  CHECKED: { label: '待确认', tone: 'warn' },
  APPLYING: { label: '导入中', tone: 'info' },
  DONE: { label: '已导入', tone: 'ok' },
  UNDOING: { label: '撤销中', tone: 'info' },
  UNDONE: { label: '已撤销', tone: 'off' },
  FAILED: { label: '导入失败', tone: 'bad' },
}

export const exportStates: Words<ExportState> = {
  RUNNING: { label: '生成中', tone: 'info' },
  DONE: { label: '可下载', tone: 'ok' },
  FAILED: { label: '失败', tone: 'bad' },
  EXPIRED: { label: '已过期', tone: 'off' },
}

/** Select options of a dictionary, in its order. */
export function optionsOf<Key extends string>(words: Words<Key>): { value: Key; label: string }[] {
  return (Object.keys(words) as Key[]).map((value) => ({ value, label: words[value].label }))
}

/** Where a request for changes stands. */
export const requestStates: Words<RequestState> = {
  WAITING: { label: '待审核', tone: 'warn' },
  APPROVED: { label: '已同意', tone: 'ok' },
  REFUSED: { label: '已拒绝', tone: 'bad' },
  WITHDRAWN: { label: '已撤回', tone: 'off' },
}

/** 承诺类型 */
export const pledgeTypes: Words<PledgeType> = {
  ONE_LINE: { label: '一句话承诺', tone: 'info' },
  FULL: { label: '全方位承诺', tone: 'bad' },
}

/** Where a text stands. */
export const writingStates: Words<WritingState> = {
  DRAFT: { label: '草稿', tone: 'warn' },
  PUBLISHED: { label: '已发布', tone: 'ok' },
  WITHDRAWN: { label: '已撤回', tone: 'off' },
}

/** What an error code means to the person at the screen, when the server sent no better words. */
export const errorWords: Record<string, string> = {
  NETWORK: '网络不通，请检查网络后重试',
  UNAUTHENTICATED: '登录已失效，请重新登录',
  DENIED: '您没有进行此操作的权限，如有需要请联系管理员',
  NOT_FOUND: '内容不存在，或不在您的管理范围内',
  BAD_INPUT: '链接或填写的内容有误，请返回后重试',
  INVALID: '填写的内容有误，请按提示修改',
  CONFLICT: '内容已被他人修改，请重新载入后再提交',
  TOO_MANY: '操作过于频繁，请稍后再试',
  LOCKED: '账号已锁定，请联系管理员解锁',
  WRONG_CREDENTIALS: '用户名或密码错误',
  WRONG_CODE: '验证码错误或已过期',
  CODE_UNKNOWN: '激活码不存在，请核对后重新输入',
  CODE_USED: '该激活码已被使用，一个激活码只能开通一次',
  CODE_EXPIRED: '该激活码已过期，请联系平台客服换取新码',
  CODE_REVOKED: '该激活码已作废，请联系平台客服',
  SEATS: '党员席位已用完，不能再增加党员，请联系服务商增加席位',
  READ_ONLY: '数据正在迁移，只能查看，请几秒后再修改',
  TENANT_READ_ONLY: '服务已到期，目前只能查看和导出，不能修改',
  TENANT_SUSPENDED: '贵单位的服务已停用，请联系服务商',
  TENANT_CLOSED: '租户已终止，不能再修改',
  ALREADY_SUSPENDED: '租户已停用，请刷新列表',
  NOT_SUSPENDED: '租户没有被人工停用；到期的租户请修改到期日',
  BRANCH_GONE: '原党支部已不存在，请选择接收党支部',
  NOT_LEFT: '该党员不在历史库中，可能已被还原，请刷新列表',
  IMPORT_STATE: '导入已进入其他步骤，请刷新后查看',
  IMPORT_FAULTS: '文件中还有错误，请修改后重新上传，或选择只导入正确的行',
  IMPORT_FILE: '文件没有上传成功，请重新上传',
  IMPORT_BUSY: '您已有 3 个导入正在进行，请等其中一个完成后再继续',
  IMPORT_EMPTY: '文件中没有数据行，请填写后再上传',
  FILE_TYPE: '只支持 .xlsx 文件，请在 Excel 或 WPS 中另存为 .xlsx 后再上传',
  FILE_ENCRYPTED: '文件设有打开密码，请在 Excel 或 WPS 中取消密码后再上传',
  FILE_TOO_LARGE: '文件过大，请拆分成几个文件后再上传',
  FILE_DAMAGED: '文件已损坏，无法读取，请用 Excel 或 WPS 打开后另存为 .xlsx 再上传',
  FILE_HEADERS: '没有找到需要的表头，请使用导入模板填写后再上传',
  EXPORT_BUSY: '您已有 3 个导出正在进行，请等其中一个完成后再导出',
  EXPORT_GONE: '文件还没有生成或已过期，请重新导出',
  UNAVAILABLE: '服务暂时不可用，请稍后再试',
  INTERNAL: '系统出错，请稍后再试',
}

/** Ready-made reasons for looking at a number in full; the last choice is followed by words of one's own. */
export const revealReasons = ['工作联系', '信息核对', '通知会议或活动']
export const OTHER_REASON = '其他原因'
