import { DownloadExportDocument } from '@zhibu/api'
import { ask } from '../../net/ask'
import { save } from '../clipboard'
import { useAction } from '../use-action'

/** Hands the file of a finished export to the browser's downloads. */
export const useDownload = () => useAction(async (id: string) => save('', (await ask(DownloadExportDocument, { id })).system.downloadExport.url))
