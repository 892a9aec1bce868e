/** An id made on this phone, so that a repetition on a bad network is known as one (UUID version 7). */
export function freshId(now = Date.now()): string {
  const hex = now.toString(16).padStart(12, '0')
  const random = (digits: number) => Array.from({ length: digits }, () => Math.floor(Math.random() * 16).toString(16)).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7${random(3)}-${'89ab'[Math.floor(Math.random() * 4)]}${random(3)}-${random(12)}`
}
