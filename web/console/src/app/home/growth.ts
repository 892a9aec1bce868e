import type { LinePoint } from '../../kit/line-chart'
import type { MemberNumbers } from './use-overview'

type Growth = MemberNumbers['growth']

/** `2026-01` as a point of the line; the year stands with its first month. */
export function growthPoints(growth: Growth): LinePoint[] {
  return growth.map(({ month, added, left, total }, index) => {
    const [year = '', number = ''] = month.split('-')
    const name = `${year}年${Number(number)}月`
    const mark = `${Number(number)}月${index === 0 || number === '01' ? `\n${year}` : ''}`
    const end = index === growth.length - 1 ? '目前' : '月末'
    return { key: month, mark, value: total, words: `${name}：增加 ${added} 名，减少 ${left} 名，${end}共 ${total} 名`, cells: [name, added, left, total] }
  })
}

/** All months in one sentence. */
export function growthWords(growth: Growth): string {
  const sum = (of: (month: Growth[number]) => number) => growth.reduce((all, month) => all + of(month), 0)
  return `近 ${growth.length} 个月共增加 ${sum((month) => month.added)} 名，减少 ${sum((month) => month.left)} 名。`
}
