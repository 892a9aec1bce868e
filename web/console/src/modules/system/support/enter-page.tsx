import { OpenSupportDocument } from '@zhibu/api'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Navigate } from 'react-router'
import { ErrorState, Loading } from '../../../kit/states'
import { post } from '../../../net/post'
import { SESSION } from '../../../app/session'

/** The way of an operator into the console of a tenant that has agreed; the ticket stands behind `#` and works once. */
export default function EnterPage() {
  const [ticket] = useState(() => location.hash.slice(1))
  const queries = useQueryClient()
  const opened = useQuery({
    queryKey: ['support', 'enter', ticket],
    queryFn: async () => {
      const session = (await post(OpenSupportDocument, { ticket }, 'tenant')).system.openSupport
      queries.removeQueries({ queryKey: SESSION })
      return session
    },
    retry: false,
    staleTime: Infinity,
  })
  if (opened.isError) return <ErrorState error={opened.error} />
  return opened.data ? <Navigate to="/home" replace /> : <Loading label="正在进入" />
}
