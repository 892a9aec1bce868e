import type { SmsWordKind, SmsWordState, Words } from '@zhibu/api'

/** 短信签名和模板的状态. */
export const smsWordStates: Words<SmsWordState> = {
  APPLIED: { label: '待审核', tone: 'info' },
  APPROVED: { label: '已通过', tone: 'ok' },
  REFUSED: { label: '已退回', tone: 'bad' },
}

/** What is applied for. */
export const smsWordKinds: Words<SmsWordKind> = {
  SIGNATURE: { label: '短信签名' },
  TEMPLATE: { label: '短信模板' },
  VOICE: { label: '语音模板' },
}
