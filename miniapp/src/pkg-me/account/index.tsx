import { View } from '@tarojs/components'
import { MiniAccountDocument, MiniUnbindDocument } from '@zhibu/api/documents/mini-me'
import { MiniSignOutDocument } from '@zhibu/api/documents/mini-session'
import type { MiniPlatform } from '@zhibu/api/generated'
import { Press } from '@/kit/press'
import { Card, Fact } from '@/kit/rows'
import { Screen } from '@/kit/screen'
import { ask } from '@/lib/ask'
import { momentWords } from '@/lib/days'
import { goLogin } from '@/lib/navigate'
import { leave } from '@/lib/session'
import { confirm, useAction } from '@/lib/use-action'
import { keep } from '@/lib/storage'
import { useQuery } from '@/lib/use-query'
import { SWITCHING } from '@/lib/use-sign-in'
import { platformNames } from '@/platform'

/** 账号与组织: what is bound (M-9.1b), and the other tenants of the own number. */
export default function Account() {
  const query = useQuery(MiniAccountDocument, {})
  const action = useAction()
  const system = query.data?.system
  const unbind = async (platform: MiniPlatform, current: boolean) => {
    if (!(await confirm('解除绑定', `解除后，${platformNames[platform]}要重新绑定才能登录。`, '解除'))) return
    await action.run(async () => {
      await ask(MiniUnbindDocument, { platform })
      if (!current) return query.reload()
      leave()
      goLogin()
    })
  }
  /** A number may have changed hands since it was proven: who wants another tenant proves it anew. */
  const change = () => action.run(async () => {
    await ask(MiniSignOutDocument, {})
    keep(SWITCHING, true)
    leave()
    goLogin()
  })
  return (
    <Screen title="账号与组织" ask={query}>
      {system ? (
        <>
          <Card title="当前组织"><View>{system.session?.tenant.name}</View><View className="soft">{system.session?.account.displayName}　{system.session?.account.mobile}</View></Card>
          <Card title="切换组织">
            <View className="soft">手机号在几个组织都有登记的，重新验证后可以选择另一个组织。</View>
            <Press plain inline busy={action.busy} onPress={() => void change()}>重新验证并选择</Press>
          </Card>
          <Card title="账号绑定">
            {system.miniBindings.map(({ platform, boundAt, consentVersion, current }) => (
              <View key={platform}>
                <Fact label={`${platformNames[platform]}${current ? '（正在使用）' : ''}`}>{momentWords(boundAt)}绑定</Fact>
                <Fact label="同意的政策版本">{consentVersion}</Fact>
                <Press plain inline busy={action.busy} onPress={() => void unbind(platform, current)}>解除绑定</Press>
              </View>
            ))}
            {system.miniBindings.length ? null : <View className="soft">没有绑定任何平台账号</View>}
          </Card>
        </>
      ) : null}
      {action.problem ? <View className="note" role="alert">{action.problem}</View> : null}
    </Screen>
  )
}
