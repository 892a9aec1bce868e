/** Where to go after signing in: only a path of this site, never another one. */
export function safeNext(next: string | null, otherwise: string): string {
  return next && /^\/(?![/\\])/.test(next) ? next : otherwise
}
