import { CompleteStepDocument, DevelopmentFileDocument, DevelopmentStepsDocument, KeepDevelopmentDocumentDocument, RequestDevelopmentDocumentDocument, type DevelopmentActInput } from '../../api/src/index'
import type { Account } from './people'

export const PDF = { name: '材料.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4 one page') }

/** Does a step of a case by the API, with all its papers. */
export async function doStep({ api }: Account, baseURL: string, id: string, step: number, input: DevelopmentActInput): Promise<void> {
  const guide = (await api.ask(DevelopmentStepsDocument, {})).development.steps.find(({ no }) => no === step)
  for (const kind of guide?.documents ?? []) {
    const asked = { id, input: { step, kind, fileName: PDF.name, size: PDF.buffer.length } }
    const ticket = (await api.ask(RequestDevelopmentDocumentDocument, asked)).development.requestDocument
    await fetch(new URL(ticket.url, baseURL), { method: 'PUT', body: PDF.buffer, headers: { 'content-type': ticket.contentType } })
    await api.ask(KeepDevelopmentDocumentDocument, { id: ticket.id })
  }
  const { version } = (await api.ask(DevelopmentFileDocument, { id })).development.case.case
  await api.ask(CompleteStepDocument, { id, version, step, input })
}
