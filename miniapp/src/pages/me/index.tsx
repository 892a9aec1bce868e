import { Switch, View } from '@tarojs/components'
import { MiniSignOutDocument } from '@zhibu/api/documents/mini-session'
import { called } from '@/kit/fields'
import { Press } from '@/kit/press'
import { Card, Link, Tag } from '@/kit/rows'
import { Screen } from '@/kit/screen'
import { ask } from '@/lib/ask'
import { scanMeeting } from '@/lib/scan-meeting'
import { large, setLarge } from '@/lib/look'
import { paths } from '@/lib/menus'
import { goLogin, open } from '@/lib/navigate'
import { leave } from '@/lib/session'
import { useSignal } from '@/lib/signal'
import { confirm, useAction } from '@/lib/use-action'
import { useHome } from '@/lib/use-home'

/** 我的: the own record, organisation, account, and how the program looks. */
export default function Me() {
  const { ask: home, system, known, unread } = useHome()
  const action = useAction()
  const isLarge = useSignal(large)
  // The tenant may hide the tile 消息通知, never the messages.
  const told = unread !== null || system?.miniMenus.some(({ key }) => key === 'personal.notice')
  const signOut = async () => {
    if (!(await confirm('退出登录', '退出后，下次需要重新登录。'))) return
    await action.run(async () => {
      await ask(MiniSignOutDocument, {})
      leave()
      goLogin()
    })
  }
  return (
    <Screen title="我的" tab ask={home}>
      <Card>
        <View className="card-title">{known?.account.displayName}</View>
        <View className="soft">{known?.tenant.name}</View>
      </Card>
      <Card>
        {known?.permissions.includes('meeting.attend_vote') ? <Link onPress={() => void scanMeeting(action.say)}>扫一扫</Link> : null}
        {told ? <Link onPress={() => open(paths['personal.notice']!)} note={unread ? <Tag tone="bad">{unread} 条未读</Tag> : null}>消息通知</Link> : null}
        <Link onPress={() => open('/pkg-me/profile/index')}>个人信息</Link>
        <Link onPress={() => open('/pkg-me/organisation/index')}>我的组织</Link>
        <Link onPress={() => open('/pkg-me/footprint/index')}>党建足迹</Link>
        <Link onPress={() => open('/pkg-me/certificate/index')}>党员活动证</Link>
      </Card>
      <Card>
        <Link onPress={() => open('/pkg-me/account/index')}>账号与组织切换</Link>
        <Link onPress={() => open('/pkg-me/feedback/index')}>建议反馈</Link>
        <Link onPress={() => open('/pkg-me/about/index')}>关于我们</Link>
        <Link onPress={() => open('/pages/policy/index')}>个人信息保护政策</Link>
        <View className="row"><View className="row-text">大字版</View><Switch checked={isLarge} color="#b8151b" {...called('大字版')} onChange={(event) => setLarge(event.detail.value)} /></View>
      </Card>
      {action.problem ? <View className="note" role="alert">{action.problem}</View> : null}
      <Press plain busy={action.busy} onPress={() => void signOut()}>退出登录</Press>
    </Screen>
  )
}
