import { readFile } from 'node:fs/promises'
import { inflateRawSync } from 'node:zlib'
import { expect, type Page } from '@playwright/test'

/** A workbook of the folder `files`. */
export const workbook = (name: string): string => new URL(`../files/${name}`, import.meta.url).pathname

/** Chooses the file of an import. */
export const upload = (page: Page, file: string | { name: string; mimeType: string; buffer: Buffer }): Promise<void> => page.getByLabel('要导入的文件').setInputFiles(file)

/** Does what begins a download; gives the name of the file and every text in the workbook that came. */
export async function downloaded(page: Page, act: () => Promise<unknown>): Promise<{ name: string; text: string }> {
  const [download] = await Promise.all([page.waitForEvent('download'), act()])
  const parts = unzip(await readFile(await download.path()))
  expect([...parts.keys()]).toContain('xl/workbook.xml')
  const sheets = [...parts].filter(([name]) => /^xl\/(sharedStrings|worksheets\/.*)\.xml$/.test(name)).map(([, text]) => text)
  return { name: download.suggestedFilename(), text: sheets.join('\n') }
}

/** The files of a zip archive, by its central directory. */
function unzip(bytes: Buffer): Map<string, string> {
  const end = bytes.lastIndexOf(Buffer.from('PK\x05\x06'))
  expect(end, 'the download is a zip archive').toBeGreaterThan(0)
  const parts = new Map<string, string>()
  let at = bytes.readUInt32LE(end + 16)
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [method, size, nameLength] = [bytes.readUInt16LE(at + 10), bytes.readUInt32LE(at + 20), bytes.readUInt16LE(at + 28)]
    const local = bytes.readUInt32LE(at + 42)
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28)
    const body = bytes.subarray(start, start + size)
    parts.set(bytes.toString('utf8', at + 46, at + 46 + nameLength), (method === 0 ? body : inflateRawSync(body)).toString('utf8'))
    at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32)
  }
  return parts
}
