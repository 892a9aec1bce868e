import { Page } from '../kit/page'
import { menuTree, pagesOf } from './menu'
import { operatorPages } from './modules'
import { useOperator } from './operator'
import { Shortcuts } from './shortcuts'

/** First page of the operator console. */
export default function OperatorHome() {
  const { userName, menus } = useOperator()
  return (
    <Page title="首页" hint={`${userName}，您好！请选择要办理的事项。`}>
      <Shortcuts pages={pagesOf(menuTree(menus, (key) => operatorPages[key]?.path))} />
    </Page>
  )
}
