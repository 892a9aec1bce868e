import { CloseOutlined, ReloadOutlined } from '@ant-design/icons'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Alert, Button, Grid, Table, type TableColumnsType } from 'antd'
import { type Key, lazy, type MouseEvent, type ReactNode, Suspense, useEffect, useMemo, useRef, useState } from 'react'
import { errorSentence } from '../net/errors'
import { useLook } from './list-look'
import { ListSearch, type SearchField } from './list-search'
import { PAGE_SIZES, useListState } from './list-url'
import { EmptyState, ErrorState } from './states'

// Not part of what the first list waits for.
const ListSettings = lazy(() => import('./list-settings'))

/** One column: its cell, and the sort value of the query when it can be sorted by. */
export interface ListColumn<Row> {
  key: string
  title: string
  cell: (row: Row) => ReactNode
  width?: number
  sort?: { value: string; order: 'ascend' | 'descend' }
  /** Cannot be hidden; buttons also stay in sight at the right edge, where there is room. */
  fixed?: boolean | 'right'
  /** Hidden until chosen. */
  hidden?: boolean
}

/** What a list asks its page for. */
export interface ListRequest { first: number; offset: number; sort: string | undefined; filter: Record<string, string> }

/** What a list shows at present; the count is unknown while it loads. */
export interface ListShown { filter: Record<string, string>; count: number | undefined }

interface ListPageProps<Row extends object> {
  /** Query key and name of the settings. */
  name: string
  label: string
  columns: ListColumn<Row>[]
  search?: readonly SearchField[]
  load: (request: ListRequest, signal: AbortSignal) => Promise<{ totalCount: number; nodes: Row[] }>
  rowKey: (row: Row) => string
  /** How a row is called, for the check box that selects it. */
  rowName?: (row: Row) => string
  /** Further things the list depends on, such as the chosen organisation. */
  depends?: readonly unknown[]
  toolbar?: ReactNode | ((shown: ListShown) => ReactNode)
  /** Between the tools and the table, as the progress of an export. */
  banner?: ReactNode
  batch?: (rows: Row[], clear: () => void) => ReactNode
  empty?: string
  emptyAction?: ReactNode
  rowClass?: (row: Row) => string
  /** A click anywhere on a row; the keyboard needs a button in a cell besides. */
  onOpen?: (row: Row) => void
}

const NO_FIELDS: readonly SearchField[] = []

/** A list: search bar, tools, table, paging; its state lives in the address. */
export function ListPage<Row extends object>(props: ListPageProps<Row>) {
  const { name, label, columns, search = NO_FIELDS, load, rowKey, rowName = rowKey, depends = [], toolbar, batch } = props
  const names = useMemo(() => search.map((field) => field.name), [search])
  const typed = useMemo(() => search.filter((field) => !field.options && !field.control && !field.chip).map((field) => field.name), [search])
  const [state, change] = useListState(names, typed)
  const [look, setLook] = useLook(name, columns.filter((column) => column.hidden).map((column) => column.key))
  const [picked, setPicked] = useState<Row[]>([])
  const query = useQuery({
    queryKey: [name, 'list', state, ...depends],
    queryFn: ({ signal }) => load({ first: state.size, offset: (state.page - 1) * state.size, sort: state.sort, filter: state.filter }, signal),
    placeholderData: keepPreviousData,
  })
  const clear = () => setPicked([])
  const roomy = Grid.useBreakpoint().md ?? true
  const shown: TableColumnsType<Row> = columns.filter((column) => column.fixed || !look.hidden.includes(column.key)).map((column) => ({
    key: column.key,
    title: column.title,
    ...(column.fixed === 'right' && roomy ? { fixed: 'right' as const } : {}),
    ...(column.width ? { width: column.width } : {}),
    render: (_value: unknown, row: Row) => column.cell(row),
    ...(column.sort
      ? { sorter: true, sortDirections: [column.sort.order], sortOrder: state.sort === column.sort.value ? column.sort.order : null }
      : {}),
  }))
  const searching = Object.keys(state.filter).length > 0

  const card = useRef<HTMLDivElement>(null)
  // A table that is wider than the screen is moved with the keyboard too, also when nothing in it can be reached.
  useEffect(() => {
    const region = card.current?.querySelector<HTMLElement>('.ant-table-content')
    if (region?.querySelector('a, button, input, [tabindex]')) region.removeAttribute('tabindex')
    else if (region) region.tabIndex = 0
  })
  return (
    <div className="z-list">
      {search.length > 0 && (
        <ListSearch name={name} fields={search} value={state.filter} onSearch={(filter) => { clear(); change({ filter, page: 1 }) }} />
      )}
      <div className="z-card" ref={card}>
        <div className="z-toolbar">
          <div>{typeof toolbar === 'function' ? toolbar({ filter: state.filter, count: query.isPlaceholderData ? undefined : query.data?.totalCount }) : toolbar}</div>
          <div>
            <Button icon={<ReloadOutlined aria-hidden />} onClick={() => void query.refetch()} loading={query.isFetching}>刷新</Button>
            <Suspense fallback={<Button disabled>列设置</Button>}>
              <ListSettings columns={columns.map(({ key, title, fixed }) => ({ key, title, fixed: Boolean(fixed) }))} look={look} onChange={setLook} />
            </Suspense>
          </div>
        </div>
        {search.map(({ name, chip }) => {
          const { [name]: value, ...filter } = state.filter
          const words = chip && value ? chip(value) : undefined
          return words && <Chip key={name} words={words} onRemove={() => { clear(); change({ filter, page: 1 }) }} />
        })}
        {props.banner}
        {batch && picked.length > 0 && (
          <div className="z-batch" role="status">
            <span>已选 <b>{picked.length}</b> 项</span>
            {batch(picked, clear)}
            <Button type="link" onClick={clear}>取消选择</Button>
          </div>
        )}
        {query.isError && query.data && (
          <Alert className="z-gap-bottom" type="warning" showIcon title={`刷新失败：${errorSentence(query.error)}`}
            action={<Button size="small" onClick={() => void query.refetch()}>重试</Button>} />
        )}
        {query.isError && !query.data
          ? <ErrorState error={query.error} onRetry={() => void query.refetch()} />
          : <Table<Row>
              aria-label={label}
              rowKey={rowKey}
              size={look.density}
              columns={shown}
              dataSource={query.data?.nodes ?? []}
              loading={query.isPending || query.isPlaceholderData}
              scroll={{ x: 'max-content' }}
              showSorterTooltip={false}
              rowClassName={props.rowClass ?? ''}
              {...(props.onOpen ? { onRow: opening(props.onOpen) } : {})}
              {...(batch ? { rowSelection: selection(picked, setPicked, rowKey, rowName) } : {})}
              locale={{ emptyText: query.isPending
                ? '正在加载…'
                : <EmptyState text={searching ? '没有符合条件的数据' : props.empty ?? '暂无数据'}
                    action={searching ? <Button onClick={() => change({ filter: {}, page: 1 })}>清除条件</Button> : props.emptyAction} /> }}
              pagination={{
                current: state.page, pageSize: state.size, total: query.data?.totalCount ?? 0,
                pageSizeOptions: PAGE_SIZES, showSizeChanger: true, showTotal: (total) => `共 ${total} 条`,
              }}
              onChange={(page, _filters, sorter, { action }) => {
                if (action === 'sort') {
                  const one = Array.isArray(sorter) ? sorter[0] : sorter
                  const column = columns.find((each) => each.key === one?.columnKey)
                  const sort = one?.order ? column?.sort?.value : undefined
                  change({ page: 1, sort })
                } else change({ page: page.current ?? 1, size: page.pageSize ?? state.size })
              }}
            />}
      </div>
    </div>
  )
}

function Chip({ words, onRemove }: { words: string; onRemove: () => void }) {
  return (
    <p className="z-chip z-tag z-tag--info">
      {words}<button type="button" aria-label={`移除条件“${words}”`} onClick={onRemove}><CloseOutlined aria-hidden /></button>
    </p>
  )
}

/** Opens a clicked row, unless something in it was meant or text was marked. */
const opening = <Row,>(onOpen: (row: Row) => void) => (row: Row) => ({
  className: 'z-openable',
  onClick: (event: MouseEvent) => {
    const own = (event.target as Element).closest('button, a, input, label, .ant-table-selection-column')
    if (!own && !getSelection()?.toString()) onOpen(row)
  },
})

function selection<Row>(picked: Row[], setPicked: (rows: Row[]) => void, rowKey: (row: Row) => Key, rowName: (row: Row) => string) {
  return {
    selectedRowKeys: picked.map(rowKey),
    preserveSelectedRowKeys: true,
    onChange: (_keys: Key[], rows: Row[]) => setPicked(rows),
    getTitleCheckboxProps: () => ({ 'aria-label': '全选本页' }),
    getCheckboxProps: (row: Row) => ({ 'aria-label': `选择 ${rowName(row)}` }),
  }
}
