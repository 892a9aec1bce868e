import { Image, View } from '@tarojs/components'
import { Policy } from '@/kit/policy'
import { Press } from '@/kit/press'
import { Card, Link } from '@/kit/rows'
import { Screen } from '@/kit/screen'
import { picture } from '@/lib/pictures'
import { useSignIn } from '@/lib/use-sign-in'
import { platform, platformNames } from '@/platform'
import { BindStep } from './bind'

/** 登录: consent, the platform's sign-in, binding by a number, choice of the tenant. */
export default function Login() {
  const flow = useSignIn()
  const { step, facts, action } = flow
  const ground = picture('MINI_LOGIN')
  return (
    <Screen title={step.at === 'consent' ? '个人信息保护政策' : '登录'} tab ask={flow.start}>
      {step.at === 'consent' ? null : (
        <View className="hero">
          {ground ? <Image className="hero-picture" src={ground} mode="aspectFill" /> : null}
          <View className="hero-words"><View className="hero-name">支部</View><View>党组织和党员的日常工作</View></View>
        </View>
      )}
      {facts && step.at === 'consent' ? (
        <>
          <Policy policy={facts.privacy} />
          <Press onPress={flow.agree}>同意并继续</Press>
          <Press plain onPress={flow.refuse}>不同意</Press>
        </>
      ) : null}
      {step.at === 'refused' ? (
        <Card title="您没有同意">
          <View>不同意个人信息保护政策，就不能登录使用。我们没有收集您的任何信息。</View>
          <Press inline onPress={flow.read}>重新阅读</Press>
        </Card>
      ) : null}
      {step.at === 'start' && facts ? (
        facts.platforms.includes(platform)
          ? <Press busy={action.busy} onPress={() => void flow.signIn()}>{platformNames[platform]}登录</Press>
          : <Card title="还不能登录"><View>本系统没有开通{platformNames[platform]}登录，请联系管理员。</View></Card>
      ) : null}
      {step.at === 'bind' && facts ? <BindStep flow={flow} facts={facts} bind={step.bind} /> : null}
      {step.at === 'choose' ? (
        <Card title="请选择要进入的组织">
          {step.choice.tenants.map(({ id, name }) => <Link key={id} onPress={() => void flow.choose(id)}>{name}</Link>)}
        </Card>
      ) : null}
      {action.problem ? <View className="note" role="alert">{action.problem}</View> : null}
      {step.at === 'bind' && step.bind || step.at === 'choose' ? <Press plain onPress={flow.again}>重新开始</Press> : null}
    </Screen>
  )
}
