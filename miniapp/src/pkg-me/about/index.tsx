import { View } from '@tarojs/components'
import { MiniAboutDocument } from '@zhibu/api/documents/mini-me'
import { Card, Fact } from '@/kit/rows'
import { Screen } from '@/kit/screen'
import { useQuery } from '@/lib/use-query'

/** 关于我们 (M-9.9): whom to turn to. */
export default function About() {
  const query = useQuery(MiniAboutDocument, {})
  const system = query.data?.system
  return (
    <Screen title="关于我们" ask={query}>
      {system ? (
        <>
          {system.aboutUs.text ? <Card title={system.server.name}><View className="words">{system.aboutUs.text}</View></Card> : null}
          <Card title="联系我们">
            {system.aboutUs.phone ? <Fact label="电话">{system.aboutUs.phone}</Fact> : null}
            {system.aboutUs.mail ? <Fact label="邮箱">{system.aboutUs.mail}</Fact> : null}
            {system.aboutUs.address ? <Fact label="地址">{system.aboutUs.address}</Fact> : null}
            {system.aboutUs.hours ? <Fact label="服务时间">{system.aboutUs.hours}</Fact> : null}
          </Card>
          <Card><Fact label="版本">{system.server.version}</Fact></Card>
        </>
      ) : null}
    </Screen>
  )
}
