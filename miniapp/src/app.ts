import type { PropsWithChildren } from 'react'
import { watchNetwork } from './lib/network'
import { scaleRoot } from './platform/h5-root'
import './app.scss'

scaleRoot()
watchNetwork()

/** The program; its pages are named in `app.config.ts`. */
export default function App({ children }: PropsWithChildren) {
  return children
}
