import { Modal } from 'antd'
import { useEffect } from 'react'
import { useBlocker } from 'react-router'

/** Asks before a page with unsent text is left. */
export function LeaveGuard({ dirty, kept, withheld }: { dirty: () => boolean; kept: boolean; withheld: string }) {
  const blocker = useBlocker(({ currentLocation, nextLocation }) => dirty() && currentLocation.pathname !== nextLocation.pathname)
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => { if (dirty()) event.preventDefault() }
    addEventListener('beforeunload', ask)
    return () => removeEventListener('beforeunload', ask)
  }, [dirty])
  return (
    <Modal
      open={blocker.state === 'blocked'}
      title="内容尚未提交，确定离开吗？"
      okText="离开"
      cancelText="留在此页"
      onOk={() => blocker.proceed?.()}
      onCancel={() => blocker.reset?.()}
      width={440}
    >
      {kept ? `已填写的内容会在本机保留为草稿${withheld && `（不含${withheld}）`}，下次打开时自动恢复。` : '离开后，已填写的内容将丢失。'}
    </Modal>
  )
}
