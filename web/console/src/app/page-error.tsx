import { Button, Result } from 'antd'
import { isRouteErrorResponse, Link, useRouteError } from 'react-router'
import { currentRealm, homePath } from '../net/realm'

/** Instead of a page that broke: what can be done about it. */
export function PageError() {
  const error = useRouteError()
  if (isRouteErrorResponse(error) && error.status === 404) return <NotFound />
  const outdated = error instanceof Error && /import|module|chunk|preload/i.test(error.message)
  return (
    <div role="alert">
      <h1 className="z-hidden">页面出错</h1>
      <Result
        status="warning"
        title={outdated ? '页面已有新版本' : '页面出错了'}
        subTitle={outdated ? '请重新载入后继续使用。' : '可以重新载入再试；如果仍然出错，请联系平台客服。'}
        extra={[
          <Button key="retry" type="primary" onClick={() => location.reload()}>重新载入</Button>,
          <a key="home" href={homePath(currentRealm())}>返回首页</a>,
        ]}
      />
    </div>
  )
}

/** No such page, or none that this person may see. */
export function NotFound() {
  return (
    <div>
      <h1 className="z-hidden">页面不存在</h1>
      <Result status="404" title="页面不存在" subTitle="地址可能有误，或者您没有访问该页面的权限。"
        extra={<Link to={homePath(currentRealm())}><Button type="primary" tabIndex={-1}>返回首页</Button></Link>} />
    </div>
  )
}
