import { asRequestError } from '@zhibu/api/errors'

const WAITS = [1_000, 3_000]

/** For what the server takes twice as once: a lost answer is asked for again. */
export async function surely<Result>(work: () => Promise<Result>): Promise<Result> {
  for (const wait of WAITS) {
    try {
      return await work()
    } catch (cause) {
      if (!['NETWORK', 'UNAVAILABLE'].includes(asRequestError(cause).code)) throw cause
      await new Promise((go) => setTimeout(go, wait))
    }
  }
  return work()
}
