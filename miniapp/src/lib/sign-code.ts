/** What the big screen's code says: which meeting, and the code that stands now. */
export interface SignCode { meeting: string; code: string }

const MEETING = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Reads a sign-in code as it was scanned, `https://…/m/#/pkg-meeting/sign/index?m=…&c=…`; null when it is something else. */
export function signCode(text: string): SignCode | null {
  const at = text.indexOf('?')
  if (!text.includes('pkg-meeting/sign') || at < 0) return null
  return signParams(Object.fromEntries(text.slice(text.lastIndexOf('?') + 1).split('#')[0]!.split('&').map((pair) => {
    const [name = '', value = ''] = pair.split('=')
    return [name, decoded(value)]
  })))
}

/** The same as the address of a page says it. */
export function signParams({ m, c }: { m?: string; c?: string }): SignCode | null {
  return m && c && MEETING.test(m) && c.length <= 100 ? { meeting: m, code: c } : null
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
