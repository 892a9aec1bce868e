import { Button } from 'antd'
import { useEffect } from 'react'
import { Link, useLocation, useNavigate } from 'react-router'

/** The public page of the platform: 登录使用, and the way to activate a new organisation. */
export default function PortalPage() {
  const navigate = useNavigate()
  const { search } = useLocation()
  useEffect(() => { document.title = '支部 · 智慧党建云平台' }, [])
  return (
    <div className="z-hero">
      <h1>智慧党建云平台</h1>
      <p>面向各级党组织的党务管理平台，让组织建设、党员教育与日常党务在线规范开展。</p>
      <div className="z-hero-actions">
        <Button type="primary" size="large" onClick={() => void navigate(`/portal/sign-in${search}`)}>登录使用</Button>
        <Link to="/portal/activate">入驻激活</Link>
      </div>
      <ul className="z-hero-facts">
        <li><b>组织信息</b>党委、党总支、党支部逐级维护，架构一目了然</li>
        <li><b>范文示例</b>承诺、心得、党课、计划随时查阅，下载即用</li>
        <li><b>数据安全</b>每个入驻组织独立存放，敏感信息加密并留痕</li>
      </ul>
    </div>
  )
}
