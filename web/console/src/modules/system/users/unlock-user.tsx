import { UnlockUserDocument, type UserRowFragment } from '@zhibu/api'
import { useQueryClient } from '@tanstack/react-query'
import { App } from 'antd'
import { useEffect, useRef } from 'react'
import { useConfirmDanger } from '../../../kit/confirm-danger'
import { InitialPassword } from '../../../kit/initial-password'
import { ask } from '../../../net/ask'

/** Asks once whether a user is to be unlocked and reset, and hands over the initial password. */
export default function UnlockUser({ user, onAsked }: { user: UserRowFragment; onAsked: () => void }) {
  const queries = useQueryClient()
  const confirm = useConfirmDanger()
  const { modal } = App.useApp()
  const asked = useRef(false)
  useEffect(() => {
    if (asked.current) return
    asked.current = true
    confirm({
      title: `${user.state === 'LOCKED' ? '解锁并重置' : '重置'}“${user.displayName}”的密码`,
      content: (
        <>
          <p>重置后，该用户的密码变为初始密码，原密码立即失效，动态口令停用，已登录的设备全部退出。</p>
          <p>用户用初始密码登录后必须先修改密码才能使用。请先核实是本人提出的要求。</p>
        </>
      ),
      okText: user.state === 'LOCKED' ? '解锁并重置密码' : '重置密码',
      work: async () => {
        const { oneTimePassword } = (await ask(UnlockUserDocument, { id: user.id })).system.unlockUser
        await queries.invalidateQueries({ queryKey: ['users'] })
        modal.success({
          title: '密码已重置',
          content: <>请通知 {user.displayName}（用户名 {user.userName}）：使用<InitialPassword oneTime={oneTimePassword} />登录，并按提示修改密码。</>,
          okText: '知道了',
        })
      },
    })
    onAsked()
  })
  return null
}
