import { MiniStartDocument } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { Alert, Button, QRCode } from 'antd'
import { Section } from '../../kit/detail-drawer'
import { Page } from '../../kit/page'
import { QueryBoundary } from '../../kit/states'
import { ask } from '../../net/ask'

const NAMES = { WECHAT: '微信', ALIPAY: '支付宝', DINGTALK: '钉钉', H5: '手机网页' }

/** 手机端: the code that members scan, to be shown in a meeting or printed for the notice board. */
export default function PhonePage() {
  const start = useQuery({ queryKey: ['mini-start'], queryFn: async ({ signal }) => (await ask(MiniStartDocument, {}, signal)).system.miniStart })
  const address = `${location.origin}/m/`
  return (
    <Page title="手机端" parents={[{ title: '首页', to: '/home' }]} hint="请党员用手机扫码登录，也可以打印后张贴。" extra={<Button onClick={() => window.print()}>打印</Button>}>
      <QueryBoundary query={start}>
        {({ smsOpen, platforms }) => {
          const apps = platforms.filter((one) => one !== 'H5').map((one) => NAMES[one])
          return (
            <Section title="扫码使用">
              {smsOpen ? null : <Alert className="z-gap-bottom" type="warning" showIcon title="本系统没有开通短信，手机网页不能登录，请联系平台服务商。" />}
              <QRCode type="svg" value={address} size={240} bgColor="#ffffff" color="#000000" aria-label="手机端二维码" role="img" />
              <p><a href={address} target="_blank" rel="noreferrer">{address}</a></p>
              <ol>
                <li>用手机相机或微信扫描二维码；</li>
                <li>阅读并同意个人信息保护政策；</li>
                <li>用登记在党组织的手机号和短信验证码登录；</li>
                <li>同一手机号在多个组织的，选择要进入的组织。</li>
              </ol>
              {apps.length > 0 && <p>也可以使用{apps.join('、')}小程序，登录方法相同。</p>}
            </Section>
          )
        }}
      </QueryBoundary>
    </Page>
  )
}
