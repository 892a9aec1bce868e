/** Copies text; false when the browser forbids it. Works on plain HTTP too, where the clipboard API is absent. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    const area = document.createElement('textarea')
    area.value = text
    area.style.position = 'fixed'
    area.style.opacity = '0'
    document.body.append(area)
    area.select()
    const done = document.execCommand('copy')
    area.remove()
    return done
  }
}

/** Hands a text file to the browser's downloads. */
export function saveText(name: string, text: string): void {
  save(name, URL.createObjectURL(new Blob([text], { type: 'text/plain;charset=utf-8' })))
}

/** Hands an address to the browser's downloads. */
export function save(name: string, url: string): void {
  const link = document.createElement('a')
  link.href = url
  link.download = name
  document.body.append(link)
  link.click()
  link.remove()
  if (url.startsWith('blob:')) setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
