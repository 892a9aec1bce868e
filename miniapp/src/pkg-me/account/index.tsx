import { View } from '@tarojs/components'
import { MiniAccountDocument, MiniUnbindDocument } from '@zhibu/api/documents/mini-me'
import { MiniSwitchDocument } from '@zhibu/api/documents/mini-session'
import type { MiniPlatform } from '@zhibu/api/generated'
import { Press } from '@/kit/press'
import { Card, Fact, Link } from '@/kit/rows'
import { Screen } from '@/kit/screen'
import { ask } from '@/lib/ask'
import { momentWords } from '@/lib/days'
import { goHome, goLogin } from '@/lib/navigate'
import { enter, leave } from '@/lib/session'
import { confirm, done, useAction } from '@/lib/use-action'
import { useQuery } from '@/lib/use-query'
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
  const change = (tenant: string) => action.run(async () => {
    if (!enter((await ask(MiniSwitchDocument, { tenant })).system.switchTenant)) return
    done('已切换')
    goHome()
  })
  return (
    <Screen title="账号与组织" ask={query}>
      {system ? (
        <>
          <Card title="当前组织"><View>{system.session?.tenant.name}</View><View className="soft">{system.session?.account.displayName}　{system.session?.account.mobile}</View></Card>
          <Card title="切换组织">
            {system.ownTenants.length ? system.ownTenants.map(({ id, name }) => <Link key={id} onPress={() => void change(id)}>{name}</Link>) : <View className="soft">您的手机号没有登记在其他组织</View>}
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
