import { StandingBanner } from './tenants/standing-banner'
import { SupportBanner } from './support/support-banner'

/** What a tenant's people are told above every page: how the tenant stands, and who of the provider is in it. */
export default function Banners() {
  return <><StandingBanner /><SupportBanner /></>
}
