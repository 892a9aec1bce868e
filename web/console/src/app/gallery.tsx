import { accountStates, orgTypes, type Tone } from '@zhibu/api'
import { App, Button, Form } from 'antd'
import { useState } from 'react'
import { BarChart } from '../kit/bar-chart'
import { useConfirmDanger } from '../kit/confirm-danger'
import { DateField } from '../kit/date-field'
import { DetailDrawer, Section } from '../kit/detail-drawer'
import { FormProblem } from '../kit/form-problem'
import { LineChart } from '../kit/line-chart'
import { ListPage, type ListColumn } from '../kit/list-page'
import { NewPassword } from '../kit/new-password'
import { NumberCards } from '../kit/number-cards'
import { Page } from '../kit/page'
import { Can } from '../kit/permissions'
import { SmsCodeInput } from '../kit/sms-code-input'
import { EmptyState, ErrorState, Loading } from '../kit/states'
import { StatusTag } from '../kit/status-tag'
import { StepForm } from '../kit/step-form'
import { OrgPicker } from '../kit/org-picker'
import { RequestError } from '../net/errors'
import { currentRealm } from '../net/realm'

interface Row { id: string; name: string; tone: Tone }

const TONES: Tone[] = ['ok', 'info', 'warn', 'bad', 'off']
const ROWS: Row[] = Array.from({ length: 45 }, (_, index) => ({ id: String(index), name: `第 ${index + 1} 行`, tone: TONES[index % 5] ?? 'ok' }))
const TONE_WORDS = { ok: { label: '正常', tone: 'ok' }, info: { label: '提示', tone: 'info' }, warn: { label: '注意', tone: 'warn' }, bad: { label: '严重', tone: 'bad' }, off: { label: '停用', tone: 'off' } } as const
const COLUMNS: ListColumn<Row>[] = [
  { key: 'name', title: '名称', fixed: true, cell: (row) => row.name, sort: { value: 'NAME', order: 'descend' } },
  { key: 'tone', title: '状态', cell: (row) => <StatusTag dict={TONE_WORDS} value={row.tone} /> },
  { key: 'id', title: '编号', hidden: true, cell: (row) => row.id },
]
const COUNTS = [1980, 1992, 2003, 1999, 12_045, 12_050]
const SEARCH = ['名称', '编号', '备注', '其他'].map((label, index) => ({ name: `field${index}`, label }))

/** Every part of the kit on one page, for looking at and for the accessibility check. Not in any menu. */
export default function Gallery() {
  const [drawer, setDrawer] = useState(false)
  const [org, setOrg] = useState<string | null>(null)
  const confirm = useConfirmDanger()
  const { message } = App.useApp()
  const done = () => Promise.resolve(void message.success('已完成'))
  return (
    <Page title="组件陈列" hint="平台各页面共用的部件。">
      <Section title="列表">
        <ListPage<Row>
          name="gallery" label="陈列列表" columns={COLUMNS} search={SEARCH} rowKey={(row) => row.id} rowName={(row) => row.name}
          toolbar={<Button type="primary" onClick={() => setDrawer(true)}>打开抽屉</Button>}
          batch={(rows, clear) => <Button size="small" onClick={clear}>处理 {rows.length} 项</Button>}
          load={({ first, offset, filter, sort }) => {
            const found = ROWS.filter((row) => row.name.includes(filter.field0 ?? ''))
            if (sort) found.reverse()
            return Promise.resolve({ totalCount: found.length, nodes: found.slice(offset, offset + first) })
          }}
        />
      </Section>
      <Section title="标签">
        <p className="z-inline">{Object.keys(orgTypes).map((key) => <StatusTag key={key} dict={orgTypes} value={key as keyof typeof orgTypes} />)}</p>
        <p className="z-inline">{Object.keys(accountStates).map((key) => <StatusTag key={key} dict={accountStates} value={key as keyof typeof accountStates} />)}</p>
      </Section>
      <Section title="确认">
        <div className="z-actions z-actions--start">
          <Button danger onClick={() => confirm({ title: '两次确认', content: '会再问一次。', okText: '执行', work: done })}>两次确认</Button>
          <Button danger onClick={() => confirm({ title: '输入名称确认', content: '须输入名称。', okText: '删除', typed: '某厂支部', work: done })}>输入名称</Button>
          <Button danger onClick={() => confirm({ title: '填写原因', content: '须填写原因。', okText: '作废', reason: '原因', work: done })}>填写原因</Button>
        </div>
      </Section>
      <Section title="表单">
        <Form name="gallery" layout="vertical" className="z-narrow" onFinish={() => void message.success('已提交')}>
          <StepForm submitText="提交" steps={[
            { title: '填写', content: (
              <>
                <Form.Item name="code" label="短信验证码"><SmsCodeInput send={() => Promise.resolve(60)} /></Form.Item>
                <Form.Item name="date" label="日期"><DateField /></Form.Item>
                {currentRealm() === 'tenant' && <Form.Item label="组织" htmlFor="gallery-org"><OrgPicker id="gallery-org" label="组织" value={org} onChange={setOrg} /></Form.Item>}
              </>
            ) },
            { title: '密码', content: <NewPassword userName="zhangsan" /> },
          ]} />
        </Form>
        <FormProblem problem={new RequestError('CONFLICT', '内容已被他人修改')} action={<Button size="small" onClick={() => void message.info('已载入')}>载入最新内容</Button>} />
        <Can perm="tenant.settings"><p>有“租户设置”权限时显示这一句。</p></Can>
      </Section>
      <Section title="图表">
        <NumberCards label="陈列数字" cards={[{ label: '党员', value: 12_345, unit: '名', note: '占 40%' }, { label: '组织', value: undefined, unit: '个' }]} />
        <BarChart label="陈列条形图" unit="名" bars={COUNTS.map((value, index) => ({ key: String(index), label: `第 ${index + 1} 组`, value }))} />
        <LineChart label="陈列折线图" words="指向某月可看当月数字。" heads={['月份', '人数']}
          points={COUNTS.map((value, index) => ({ key: String(index), mark: `${index + 1}月`, value, words: `${index + 1}月：${value} 名`, cells: [`${index + 1}月`, value] }))} />
      </Section>
      <Section title="状态">
        <Loading />
        <EmptyState text="没有符合条件的数据" />
        <ErrorState error={new RequestError('UNAVAILABLE', '服务暂时不可用，请稍后再试')} onRetry={() => void message.info('重试')} />
      </Section>
      <DetailDrawer open={drawer} title="详情抽屉" onClose={() => setDrawer(false)}><p>详情内容</p></DetailDrawer>
    </Page>
  )
}
