import type { ReactNode } from 'react'

/** Something that people are told above every page. */
export interface Told {
  key: string
  type: 'error' | 'warning' | 'info'
  title: string
  text?: string
  action?: ReactNode
  onClose?: () => void
}

const ORDER: Told['type'][] = ['error', 'warning', 'info']

/** The gravest first, otherwise as they came. */
export function ordered(all: Told[]): Told[] {
  return all.toSorted((a, b) => ORDER.indexOf(a.type) - ORDER.indexOf(b.type))
}

/** Whether these would take so much of a phone that they stand in one line until somebody opens them. */
export function folds(all: Told[], roomy: boolean): boolean {
  return !roomy && (all.length > 1 || all.some((one) => one.text !== undefined))
}
