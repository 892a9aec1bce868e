/** The filled lines of a text. */
export const linesOf = (text: string | undefined): string[] => (text ?? '').split('\n').map((line) => line.trim()).filter((line) => line !== '')
