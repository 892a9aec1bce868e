import { MemberDocument, type MemberQuery } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { Button, Tabs } from 'antd'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { DetailDrawer } from '../../kit/detail-drawer'
import { useLink } from '../../kit/page'
import { QueryBoundary } from '../../kit/states'
import { ask } from '../../net/ask'
import { Changes } from './changes'
import { DeleteMembers } from './delete-members'
import { MemberFacts } from './facts'
import { Timeline } from './timeline'

type Opened = MemberQuery['directory']['member']

/** One member in full, beside the list. */
export function MemberDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const navigate = useNavigate()
  const link = useLink()
  const [leaving, setLeaving] = useState(false)
  const member = useQuery({
    queryKey: ['members', 'one', id],
    queryFn: async ({ signal }): Promise<Opened> => (await ask(MemberDocument, { id }, signal)).directory.member,
  })
  const data = member.data
  const extra = data && (
    <div className="z-inline">
      <Button onClick={() => void navigate(link(`/member/info/${id}/certificate`))}>活动证</Button>
      {data.editable && <Button danger onClick={() => setLeaving(true)}>删除</Button>}
      {data.editable && <Button type="primary" onClick={() => void navigate(link(`/member/info/${id}/edit`))}>编辑</Button>}
    </div>
  )
  return (
    <DetailDrawer open title={data?.name ?? '党员信息'} onClose={onClose} extra={extra} size={780}>
      <QueryBoundary query={member} back={<Button type="primary" onClick={onClose}>返回列表</Button>}>
        {(one) => (
          <Tabs items={[
            { key: 'facts', label: '党员信息', children: <MemberFacts key={one.version} one={one} posts={one.posts} /> },
            { key: 'timeline', label: '履历', children: <Timeline id={id} /> },
            { key: 'changes', label: '变更记录', children: <Changes id={id} /> },
          ]} />
        )}
      </QueryBoundary>
      {leaving && data && <DeleteMembers members={[data]} onClose={() => setLeaving(false)} onDone={onClose} />}
    </DetailDrawer>
  )
}
