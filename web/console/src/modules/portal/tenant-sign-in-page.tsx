import { useState } from 'react'
import { useParams } from 'react-router'
import SignInPage from './sign-in-page'
import '../../styles/appearance.css'

/** The sign-in page by a tenant's own link, on its background; any other link looks like the usual page. */
export default function TenantSignInPage() {
  const { slug = '' } = useParams()
  const [gone, setGone] = useState(false)
  return (
    <>
      {!gone && <img className="z-own-ground" src={`/t/${encodeURIComponent(slug)}/picture`} alt="" onError={() => setGone(true)} />}
      <SignInPage />
    </>
  )
}
