import { Button, View } from '@tarojs/components'
import type { MiniOutcomeFragment, MiniStartQuery } from '@zhibu/api/generated'
import { Press } from '@/kit/press'
import { Card } from '@/kit/rows'
import type { useSignIn } from '@/lib/use-sign-in'
import { phoneButton, phoneOf, platform, platformNames } from '@/platform'
import { SmsStep } from './sms'

interface Props {
  flow: ReturnType<typeof useSignIn>
  facts: MiniStartQuery['system']['miniStart']
  bind: Extract<MiniOutcomeFragment, { __typename: 'MiniBindingNeeded' }> | null
}

/** Proves whose number it is: known already, by the platform's button, or by a text message. */
export function BindStep({ flow, facts, bind }: Props) {
  const { action } = flow
  if (bind?.bound || bind?.mobile) {
    return (
      <Card title={bind.bound ? '政策有更新' : '绑定账号'}>
        <View>{bind.bound ? '您已阅读并同意新版的个人信息保护政策，点下面继续。' : `${platformNames[platform]}告诉我们您的手机号是 ${bind.mobile ?? ''}，用它绑定您的账号。`}</View>
        <Press inline busy={action.busy} onPress={() => void flow.bind(null)}>{bind.bound ? '继续' : '绑定并登录'}</Press>
      </Card>
    )
  }
  const pressed = (event: { detail?: { code?: string } }) => {
    phoneOf(event).then((phone) => (phone ? flow.bind(phone) : action.say('没有得到手机号。可以再试一次，或用短信验证码。')), () => action.say('没有得到手机号。可以再试一次，或用短信验证码。'))
  }
  return (
    <>
      {bind && phoneButton ? (
        <Card title="绑定账号">
          <View>首次使用，请用您登记在党组织的手机号绑定账号。</View>
          <Button
            className="press inline" disabled={action.busy} openType={phoneButton.openType} {...(phoneButton.scope ? { scope: phoneButton.scope } : {})}
            onGetPhoneNumber={pressed} onGetAuthorize={() => pressed({})}
          >
            用{platformNames[platform]}的手机号绑定
          </Button>
        </Card>
      ) : null}
      {facts.smsOpen ? <SmsStep flow={flow} title={bind ? '用短信验证码绑定' : '手机号登录'} /> : null}
      {!facts.smsOpen && !phoneButton ? <Card title="还不能登录"><View>本系统没有开通短信，请联系管理员。</View></Card> : null}
    </>
  )
}
