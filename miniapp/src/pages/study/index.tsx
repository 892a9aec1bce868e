import { Card, Link } from '@/kit/rows'
import { Screen } from '@/kit/screen'
import { Empty } from '@/kit/states'
import { open } from '@/lib/navigate'
import { useHome } from '@/lib/use-home'

/** 学习: what there is to study and to write about it. */
export default function Study() {
  const { ask, system } = useHome()
  const notes = system?.miniMenus.find(({ key }) => key === 'personal.study_note')
  return (
    <Screen title="学习" tab ask={ask}>
      {notes ? (
        <Card title={notes.label}>
          <Link onPress={() => open('/pkg-study/list/index?kind=note')}>大家的{notes.label}</Link>
          <Link onPress={() => open('/pkg-study/list/index?kind=note&mine=1')}>我写的</Link>
          <Link onPress={() => open('/pkg-study/write/index?kind=note')}>写一篇</Link>
        </Card>
      ) : <Empty>本组织还没有开放学习栏目</Empty>}
    </Screen>
  )
}
