import type { SupportRowFragment, SupportState } from '@zhibu/api'

/** Where a request stands, in words and in its colour. */
export const STATES: Record<SupportState, { label: string; tone: string }> = {
  ASKED: { label: '待处理', tone: 'warn' },
  LAPSED: { label: '无人答复', tone: 'off' },
  GRANTED: { label: '支持中', tone: 'ok' },
  REFUSED: { label: '已拒绝', tone: 'off' },
  EXPIRED: { label: '已到时', tone: 'off' },
  ENDED: { label: '已结束', tone: 'off' },
}

/** What a request asks for, or what was granted. */
export function extent(row: Pick<SupportRowFragment, 'write' | 'hours'>): string {
  return `${row.write ? '查看和修改' : '只查看'}，${row.hours} 小时`
}
