import { CloseTenantDocument, ResumeTenantDocument, SuspendTenantDocument, type TenantRowFragment } from '@zhibu/api'
import { useQueryClient } from '@tanstack/react-query'
import { App } from 'antd'
import { useConfirmDanger } from '../../../kit/confirm-danger'
import { ask } from '../../../net/ask'

/** 停用、恢复、终止: each with a reason; the end also with the name typed. */
export function useTenantLife(tenant: TenantRowFragment) {
  const confirm = useConfirmDanger()
  const queries = useQueryClient()
  const { message } = App.useApp()
  const told = async (words: string) => {
    await queries.invalidateQueries({ queryKey: ['tenants'] })
    void message.success(words)
  }
  return {
    suspend: () => confirm({
      title: `停用“${tenant.name}”`,
      content: <>停用后，该组织的<b>所有人立即退出，不能再登录</b>，直到恢复。数据不受影响。</>,
      okText: '停用',
      reason: '停用原因',
      work: async (reason) => {
        await ask(SuspendTenantDocument, { tenant: tenant.id, reason })
        await told('已停用')
      },
    }),
    resume: () => confirm({
      title: `恢复“${tenant.name}”`,
      content: '恢复后，该组织按到期日使用；所有人须重新登录。',
      okText: '恢复',
      reason: '恢复原因',
      work: async (reason) => {
        await ask(ResumeTenantDocument, { tenant: tenant.id, reason })
        await told('已恢复')
      },
    }),
    close: () => confirm({
      title: `终止“${tenant.name}”`,
      content: <>终止后，该组织的所有人立即退出，<b>不能再登录，也不能恢复</b>。数据暂时保留，不会自动删除。</>,
      okText: '终止',
      reason: '终止原因',
      typed: tenant.name,
      work: async (reason) => {
        await ask(CloseTenantDocument, { tenant: tenant.id, name: tenant.name, reason })
        await told('已终止')
      },
    }),
  }
}
