import { endReasons, type MemberFactsFragment } from '@zhibu/api'
import { Alert, Button, Tabs } from 'antd'
import { DetailDrawer } from '../../kit/detail-drawer'
import { instant } from '../../kit/words'
import { Changes } from './changes'
import { MemberFacts } from './facts'
import { Timeline } from './timeline'

/** One former member in full, beside the library. */
export function FormerDrawer({ one, onClose, onRestore }: { one: MemberFactsFragment; onClose: () => void; onRestore?: () => void }) {
  const why = one.endReason ? `${endReasons[one.endReason].label}${one.endNote ? `（${one.endNote}）` : ''}` : '原因未记录'
  return (
    <DetailDrawer open title={one.name} onClose={onClose} size={780} extra={onRestore && <Button type="primary" onClick={onRestore}>还原</Button>}>
      <Alert className="z-gap-bottom" type="info" showIcon title={`${instant(one.leftAt)} 移入历史库：${why}`} />
      <Tabs items={[
        { key: 'facts', label: '党员信息', children: <MemberFacts one={one} /> },
        { key: 'timeline', label: '履历', children: <Timeline id={one.id} /> },
        { key: 'changes', label: '变更记录', children: <Changes id={one.id} /> },
      ]} />
    </DetailDrawer>
  )
}
