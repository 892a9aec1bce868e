import { View } from '@tarojs/components'
import { ActivityCertificateDocument } from '@zhibu/api/documents/records'
import { Card, Fact } from '@/kit/rows'
import { Screen } from '@/kit/screen'
import { dayWords } from '@/lib/days'
import { useQuery } from '@/lib/use-query'

/** 党员活动证 (M-1.17): who one is in the Party, and what the other modules record. */
export default function Certificate() {
  const query = useQuery(ActivityCertificateDocument, {})
  const found = query.data?.directory.certificate
  return (
    <Screen title="党员活动证" ask={query}>
      {found ? (
        <>
          <Card title={found.member.name}>
            <Fact label="所在党支部">{found.member.branch.shortName}</Fact>
            <Fact label="入党日期">{dayWords(found.member.joinDate)}</Fact>
            <Fact label="党龄">{found.member.partyAge === null ? '' : `${found.member.partyAge} 年`}</Fact>
            <Fact label="证号">{found.issued?.number ?? '尚未签发'}</Fact>
            {found.issued ? <Fact label="签发">{found.issued.branch.shortName}，{dayWords(found.issued.issuedOn)}</Fact> : null}
          </Card>
          {found.sections.map(({ key, title, available, count, words, lines }) => (
            <Card key={key} title={`${title}${count ? `（${count}）` : ''}`}>
              {words ? <View>{words}</View> : null}
              {lines.map((line, at) => <View key={at} className="row"><View className="row-text"><View>{line.title}</View><View className="soft">{dayWords(line.on)}{line.detail ? `　${line.detail}` : ''}</View></View></View>)}
              {!available ? <View className="soft">本组织没有使用这项功能</View> : !words && !lines.length ? <View className="soft">还没有记录</View> : null}
            </Card>
          ))}
          <View className="empty">数据截至 {dayWords(found.today)}</View>
        </>
      ) : null}
    </Screen>
  )
}
