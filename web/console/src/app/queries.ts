import { QueryClient } from '@tanstack/react-query'
import { RequestError } from '../net/errors'

/** Only faults that may pass by themselves are tried again. */
const passing = (cause: unknown) => cause instanceof RequestError && ['NETWORK', 'UNAVAILABLE'].includes(cause.code)

/** The cache of everything read from the server. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: { staleTime: 10_000, retry: (count, cause) => count < 2 && passing(cause), refetchOnWindowFocus: false },
    mutations: { retry: false },
  },
})
