import { BellOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useNavigate } from 'react-router'
import { useLink } from '../../kit/page'
import { useUnread } from './unread'
import './bell.css'

/** The way to the own messages, with how many are unread. */
export default function Bell() {
  const { unread, closed } = useUnread()
  const navigate = useNavigate()
  const link = useLink()
  if (closed) return null
  return (
    <Button type="text" className="z-bell" aria-label={unread > 0 ? `我的消息，${unread} 条未读` : '我的消息'} onClick={() => void navigate(link('/account/messages'))}
      icon={<><BellOutlined aria-hidden />{unread > 0 && <span className="z-bell-count" aria-hidden>{unread > 99 ? '99+' : unread}</span>}</>} />
  )
}
