import { ResetFirstAdministratorDocument, type TenantRowFragment } from '@zhibu/api'
import { App } from 'antd'
import { useConfirmDanger } from '../../../kit/confirm-danger'
import { InitialPassword } from '../../../kit/initial-password'
import { ask } from '../../../net/ask'

/** 重置首位管理员: lets a tenant's first administrator in again when nobody there can. */
export function useResetAdministrator(): (tenant: TenantRowFragment) => void {
  const confirm = useConfirmDanger()
  const { modal } = App.useApp()
  return (tenant) => confirm({
    title: `重置“${tenant.name}”的首位管理员`,
    content: (
      <>
        <p>首位管理员是开通时填写的账号。重置后：</p>
        <ul className="z-points">
          <li>账号如被锁定，立即解锁；</li>
          <li>密码变为初始密码，原密码失效；</li>
          <li>该单位如限定了登录网络，限制取消；</li>
          <li>该账号已登录的设备全部退出。</li>
        </ul>
        <p>请先核实确为该组织提出的要求。此操作会留下记录。</p>
      </>
    ),
    okText: '重置首位管理员',
    work: async () => {
      const { oneTimePassword } = (await ask(ResetFirstAdministratorDocument, { tenant: tenant.id })).system.resetFirstAdministrator
      modal.success({
        title: '首位管理员已重置',
        content: <>请通知“{tenant.name}”的首位管理员：用开通时填写的手机号或用户名和<InitialPassword oneTime={oneTimePassword} />登录，并按提示修改密码。</>,
        okText: '知道了',
      })
    },
  })
}
