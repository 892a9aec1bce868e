import { OrganisationDocument, orgStatuses, orgTypes, unitRelations, type OrganisationFieldsFragment } from '@zhibu/api'
import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Tabs } from 'antd'
import type { ReactNode } from 'react'
import { useNavigate } from 'react-router'
import { DetailDrawer } from '../../kit/detail-drawer'
import { useLink } from '../../kit/page'
import { Can } from '../../kit/permissions'
import { EmptyState, QueryBoundary } from '../../kit/states'
import { StatusTag } from '../../kit/status-tag'
import { day, orDash } from '../../kit/words'
import { ask } from '../../net/ask'
import { Administrators } from './administrators'
import { ContactPhone } from './contact-phone'
import { History } from './history'
import { unitNatures, unitPresences, useDictionary } from './use-dictionary'

/** One organisation in full, beside the list. */
export function OrganisationDrawer({ id, onOpen, onClose }: { id: string; onOpen: (id: string) => void; onClose: () => void }) {
  const navigate = useNavigate()
  const link = useLink()
  const organisation = useQuery({
    queryKey: ['organisations', 'one', id],
    queryFn: async ({ signal }) => (await ask(OrganisationDocument, { id }, signal)).directory.organisation,
  })
  const data = organisation.data
  const extra = data?.editable && (
    <div className="z-inline">
      <Can perm="org.tree_edit"><Button onClick={() => void navigate(link(`/org/info/new?parent=${id}`))}>新增下级</Button></Can>
      {data.parent && <Can perm="org.tree_edit"><Button onClick={() => void navigate(link(`/org/info/${id}/change`))}>组织变更</Button></Can>}
      <Button type="primary" onClick={() => void navigate(link(`/org/info/${id}/edit`))}>编辑</Button>
    </div>
  )
  return (
    <DetailDrawer open title={data?.shortName ?? '组织信息'} onClose={onClose} extra={extra} size={780}>
      <QueryBoundary query={organisation} back={<Button type="primary" onClick={onClose}>返回列表</Button>}>
        {(one) => (
          <>
            <nav aria-label="所在位置" className="z-path">
              {one.path.map((step) => (
                <span key={step.id}>
                  <button type="button" className="z-plain" onClick={() => onOpen(step.id)}>{step.shortName}</button>
                  <span aria-hidden> / </span>
                </span>
              ))}
              <b>{one.shortName}</b>
            </nav>
            {one.hints.map((hint) => <Alert key={hint} className="z-gap-bottom" type="info" showIcon title={hint} />)}
            <Tabs items={[
              { key: 'facts', label: '基本信息', children: <Facts one={one} /> },
              { key: 'administrators', label: `管理员（${one.administrators.length}）`, children: <Administrators organisation={one} /> },
              { key: 'parents', label: '上级沿革', children: <Parents one={one} /> },
              { key: 'history', label: '变更记录', children: <History id={one.id} /> },
            ]} />
          </>
        )}
      </QueryBoundary>
    </DetailDrawer>
  )
}

function Facts({ one }: { one: OrganisationFieldsFragment }) {
  const word = useDictionary()
  const yes = (value: boolean) => (value ? '是' : '否')
  const facts: [string, ReactNode][] = [
    ['组织全称', one.fullName], ['组织简称', one.shortName],
    ['类别', <StatusTag key="type" dict={orgTypes} value={one.type} />], ['状态', <StatusTag key="status" dict={orgStatuses} value={one.status} />],
    ['组织代码', one.code], ['外部代码', orDash(one.externalCode)],
    ['成立日期', day(one.foundedOn)], ['批准文号', orDash(one.approvalNo)],
    ['行政区划', orDash(`${one.divisionCode} ${one.divisionName ?? ''}`.trim())], ['下级组织', `${one.childCount} 个`],
    ['联系人', orDash(one.contactName)], ['联系电话', <ContactPhone key="phone" id={one.id} masked={one.contactPhone} />],
    ['任期', one.termYears ? `${one.termYears} 年${one.termStart ? `，自 ${day(one.termStart)} 起` : ''}` : '—'], ['排序号', one.sort],
    ['可审批预备党员', yes(one.canApproveMembers)], ['直属党支部', yes(one.isDirect)],
    ...kin(one),
    ['村（社区）党组织', yes(one.villageOrCommunity)], ['所在单位情况', one.unitRelation ? unitRelations[one.unitRelation].label : '—'],
  ]
  return (
    <>
      <dl className="z-facts z-facts--two">{facts.map(([label, value]) => <div key={label}><dt>{label}</dt><dd>{value}</dd></div>)}</dl>
      {one.units.length > 0 && (
        <ul className="z-rows" aria-label="所在单位">
          {one.units.map((unit) => (
            <li key={`${unit.name}${unit.uscc ?? ''}`}>
              <div>
                <b>{unit.name}</b>
                <p className="z-muted">统一社会信用代码 {orDash(unit.uscc)} · {word(unitNatures, unit.nature)} · {word(unitPresences, unit.partyPresence)}</p>
              </div>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

/** What became of it, and of what it came. */
function kin(one: OrganisationFieldsFragment): [string, ReactNode][] {
  const kin: [string, ReactNode][] = []
  if (one.closedOn) kin.push(['终止日期', day(one.closedOn)])
  if (one.mergedInto) kin.push(['并入', one.mergedInto.shortName])
  if (one.splitFrom) kin.push(['分立自', one.splitFrom.shortName])
  return kin
}

function Parents({ one }: { one: OrganisationFieldsFragment }) {
  if (one.parents.length === 0) return <EmptyState text="没有上级沿革记录" />
  return (
    <ul className="z-rows">
      {one.parents.map((span) => (
        <li key={`${span.from}${span.parent?.id ?? ''}`}>
          <div><b>{span.parent?.shortName ?? '（顶层组织，无上级）'}</b><p className="z-muted">{day(span.from)} 起{span.to ? `，至 ${day(span.to)}` : '，至今'}</p></div>
        </li>
      ))}
    </ul>
  )
}
