/** The paragraphs of a plain text: blank lines part them, leading blanks are dropped. */
export const paragraphs = (body: string): string[] =>
  body.split(/\r?\n\s*\r?\n/).map((text) => text.replace(/^[\s\u3000]+|\s+$/g, '')).filter((text) => text !== '')
