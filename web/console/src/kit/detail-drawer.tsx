import { Drawer } from 'antd'
import { useId, type ReactNode } from 'react'

interface DetailDrawerProps {
  open: boolean
  title: ReactNode
  onClose: () => void
  /** Buttons of the record, at the top right. */
  extra?: ReactNode
  size?: number
  /** Holds typed text or what is shown only once: a stray click or Escape does not close it. */
  sticky?: boolean
  children: ReactNode
}

/** A record beside its list; Escape closes it and the focus returns to where it was. */
export function DetailDrawer({ open, title, onClose, extra, size = 720, sticky = false, children }: DetailDrawerProps) {
  return (
    <Drawer open={open} title={title} onClose={onClose} extra={extra} size={size} destroyOnHidden keyboard={!sticky} mask={{ closable: !sticky }}>
      {children}
    </Drawer>
  )
}

/** A titled part of a record or form. */
export function Section({ title, extra, children }: { title: string; extra?: ReactNode; children: ReactNode }) {
  const heading = useId()
  return (
    <section className="z-section" aria-labelledby={heading}>
      <header><h2 id={heading}>{title}</h2>{extra}</header>
      {children}
    </section>
  )
}
