/** What a platform throws: each has its own names for it. */
export interface Cause { errMsg?: string; errorMessage?: string; message?: string; code?: number; error?: number }

/** What went wrong, in the platform's words. */
export const wordsOf = (cause: Cause): string => cause.errMsg ?? cause.errorMessage ?? cause.message ?? ''
