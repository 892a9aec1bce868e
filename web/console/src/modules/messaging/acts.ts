import { RemindOfNoticeDocument, RemoveNoticeDocument, TakeBackNoticeDocument, type NoticeLineFragment } from '@zhibu/api'
import { useQueryClient } from '@tanstack/react-query'
import { App } from 'antd'
import { useConfirmDanger } from '../../kit/confirm-danger'
import { useAction } from '../../kit/use-action'
import { ask } from '../../net/ask'

type Row = Pick<NoticeLineFragment, 'id' | 'title' | 'people' | 'read'>
const CHANGED = ['notices', 'notice', 'notice-readers', 'notice-budget', 'unread', 'own-messages']

/** 催读, 撤回, 删除: each says first what will happen. */
export function useNoticeActs(removed?: () => void) {
  const { modal, message } = App.useApp()
  const confirm = useConfirmDanger()
  const queries = useQueryClient()
  const refresh = () => Promise.all(CHANGED.map((key) => queries.invalidateQueries({ queryKey: [key] })))
  const reminding = useAction(async (id: string) => (await ask(RemindOfNoticeDocument, { id })).messaging.remind, {
    done: (count) => {
      void message.success(`已催读 ${count} 人`)
      void refresh()
    },
  })
  return {
    remind: (row: Row) => modal.confirm({
      title: `催读“${row.title}”？`, okText: '催读', cancelText: '取消', width: 480,
      content: `${row.people - row.read} 人未读。他们立即收到下一级提醒（平台消息、短信或语音电话），不再等待；短信和电话照常计费；免打扰时段内等到早上再发。`,
      onOk: () => reminding.mutateAsync(row.id).catch(() => undefined),
    }),
    withdraw: (row: Row) => confirm({
      title: `撤回“${row.title}”`, okText: '撤回', reason: '撤回原因',
      content: '还没有发出的短信和电话不再发送；接收人的“我的消息”里只显示“已撤回”，看不到内容。已经发出的短信和电话收不回来，费用不退。撤回后不能恢复。',
      work: async (reason) => {
        await ask(TakeBackNoticeDocument, { id: row.id, reason })
        void message.success('通知已撤回')
        await refresh()
      },
    }),
    remove: (row: Row) => confirm({
      title: `删除“${row.title}”？`, okText: '删除',
      content: '通知从所有列表和接收人的“我的消息”中消失，没有发出的提醒不再发送，不能恢复。已经发出的短信、电话和费用仍留有记录。',
      work: async () => {
        await ask(RemoveNoticeDocument, { id: row.id })
        void message.success('通知已删除')
        removed?.()
        await refresh()
      },
    }),
  }
}
