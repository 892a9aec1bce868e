/** The two consoles that this one page serves; each has its own sign-in and its own GraphQL address. */
export type Realm = 'tenant' | 'operator'

/** Which console the address bar is in. */
export const currentRealm = (): Realm => (/^\/operator(\/|$)/.test(location.pathname) ? 'operator' : 'tenant')

/** Where a console's GraphQL is, over HTTP and over WebSocket. */
export const endpoint = (realm: Realm): string => (realm === 'operator' ? '/operator/graphql' : '/graphql')

/** Where a console asks to sign in. */
export const signInPath = (realm: Realm): string => (realm === 'operator' ? '/operator/login' : '/portal/login')

/** The first page of a console. */
export const homePath = (realm: Realm): string => (realm === 'operator' ? '/operator' : '/home')
