const LARGEST = 200 * 1024 * 1024

/** Why a chosen file cannot be uploaded as a picture; null when it can. */
export function pictureFault({ name, size }: { name: string; size: number }): string | null {
  if (!/\.(jpe?g|png)$/i.test(name)) return `“${name}”不是 .jpg、.jpeg 或 .png 图片，请另存为这些格式后再上传。`
  if (size === 0) return `“${name}”是空文件，请检查后重新选择。`
  if (size > LARGEST) return `“${name}”超过 200M，请缩小后再上传。`
  return null
}

/** A file's size as people read it. */
export const sizeWords = (bytes: number): string => (bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`)
