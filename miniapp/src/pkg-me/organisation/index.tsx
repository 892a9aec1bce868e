import { View } from '@tarojs/components'
import { MiniOrganisationDocument } from '@zhibu/api/documents/mini-me'
import { orgTypes } from '@zhibu/api/words'
import { Card, Fact } from '@/kit/rows'
import { Screen } from '@/kit/screen'
import { Empty } from '@/kit/states'
import { useQuery } from '@/lib/use-query'

/** 我的组织 (M-9.3): the own branch, who leads it, what it stands below and what stands below it. */
export default function Organisation() {
  const query = useQuery(MiniOrganisationDocument, {})
  const own = query.data?.directory.myOrganisation
  return (
    <Screen title="我的组织" ask={query}>
      {query.data && !own ? <Empty>您还没有所在的党组织</Empty> : null}
      {own ? (
        <>
          <Card title={own.name}>
            <Fact label="简称">{own.shortName}</Fact>
            <Fact label="类别">{orgTypes[own.kind].label}</Fact>
            <Fact label="党员人数">{own.memberCount} 人</Fact>
          </Card>
          <Card title="班子成员">{own.posts.length ? own.posts.map(({ post, name }, at) => <Fact key={at} label={post}>{name}</Fact>) : <View className="soft">还没有登记班子成员</View>}</Card>
          {own.chain.length ? <Card title="上级组织">{own.chain.map(({ id, shortName }) => <View key={id} className="row">{shortName}</View>)}</Card> : null}
          {own.below.length ? <Card title="下级组织">{own.below.map(({ id, shortName, memberCount }) => <Fact key={id} label={shortName}>{memberCount} 人</Fact>)}</Card> : null}
        </>
      ) : null}
    </Screen>
  )
}
