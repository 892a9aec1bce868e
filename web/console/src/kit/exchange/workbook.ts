const LARGEST = 30 * 1024 * 1024

/** Why a chosen file cannot be uploaded, with what to do about it; null when it can. */
export function fileFault({ name, size }: { name: string; size: number }): string | null {
  const kind = /\.[^.]*$/.exec(name.toLowerCase())?.[0] ?? ''
  const advice = '请用 Excel 或 WPS 打开它，点“文件—另存为”，类型选“Excel 工作簿（*.xlsx）”，再上传另存的文件'
  if (kind === '.xls') return `“${name}”是旧版的 .xls 文件，不能导入。${advice}。`
  if (kind === '.csv') return `“${name}”是 .csv 文件，不能导入：身份证号等长数字会丢失末尾几位。请把内容填入下载的导入模板后上传。`
  if (kind !== '.xlsx') return `“${name}”不是 .xlsx 文件，不能导入。${advice}。`
  if (size === 0) return `“${name}”是空文件，请检查后重新选择。`
  if (size > LARGEST) return `“${name}”超过 30 MB，请删去图片和多余的格式，或拆分成几个文件后分别上传。`
  return null
}
