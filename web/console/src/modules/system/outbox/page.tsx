import { SmsOutboxDocument, type SmsOutboxQuery } from '@zhibu/api'
import { Alert } from 'antd'
import { ListPage, type ListColumn } from '../../../kit/list-page'
import { Page } from '../../../kit/page'
import { instant } from '../../../kit/words'
import { ask } from '../../../net/ask'

type Sms = SmsOutboxQuery['system']['smsOutbox']['nodes'][number]

const SEARCH = [{ name: 'mobile', label: '手机号', placeholder: '完整的 11 位手机号' }] as const

const PURPOSES: Record<string, string> = { sign_in: '登录', password: '修改密码', mobile: '绑定手机号', notice: '通知' }

const COLUMNS: ListColumn<Sms>[] = [
  { key: 'createdAt', title: '时间', cell: (sms) => instant(sms.createdAt) },
  { key: 'call', title: '方式', cell: (sms) => (sms.call ? '语音电话' : '短信') },
  { key: 'mobile', title: '手机号', fixed: true, cell: (sms) => sms.mobile },
  { key: 'purpose', title: '用途', cell: (sms) => PURPOSES[sms.purpose] ?? sms.purpose },
  { key: 'text', title: '内容', fixed: true, cell: (sms) => <span className="z-wrap z-wrap--wide">{sms.text}</span> },
]

/** 短信发件箱: in the sandbox every text message ends here instead of on a phone. */
export default function OutboxPage() {
  return (
    <Page title="短信发件箱" menu="plat.outbox">
      <Alert className="z-gap-bottom" type="info" showIcon title="演示环境不会真实发送短信，也不会拨打电话，所有短信（含验证码）和语音电话保存在这里。正式环境没有此页面。" />
      <ListPage<Sms>
        name="outbox" label="短信列表" columns={COLUMNS} search={SEARCH} empty="还没有短信"
        rowKey={(sms) => sms.id}
        load={async ({ first, offset, filter }, signal) =>
          (await ask(SmsOutboxDocument, { first, offset, mobile: filter.mobile ?? null }, signal)).system.smsOutbox}
      />
    </Page>
  )
}
