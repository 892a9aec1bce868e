import { View } from '@tarojs/components'
import { KeepDevelopmentDocumentDocument, RemoveDevelopmentDocumentDocument, RequestDevelopmentDocumentDocument } from '@zhibu/api/documents/development'
import type { MiniCaseQuery } from '@zhibu/api/generated'
import { Press } from '@/kit/press'
import { ask } from '@/lib/ask'
import { confirm, done, useAction } from '@/lib/use-action'
import { takePhoto, upload } from '@/platform'
import { wordOf } from './rules'

type File = MiniCaseQuery['development']['case']
const LARGEST = 20 * 1024 * 1024

interface Props { file: File; look: File['steps'][number]; entries: MiniCaseQuery['system']['dictionary']; onChange: () => Promise<void> }

/** The papers of a step: what is there, what is missing, and a photo of it (PDF and Word are sent from a computer). */
export function Papers({ file, look, entries, onChange }: Props) {
  const action = useAction()
  const may = look.mine && file.case.closedAt === null
  const own = file.documents.filter((paper) => paper.step === look.no && !paper.past)
  const send = (kind: string) => action.run(async () => {
    const photo = await takePhoto()
    if (!photo) return
    if (photo.size === 0 || photo.size > LARGEST) return action.say(photo.size === 0 ? '这是空文件，请重新选择' : '照片超过 20MB，请缩小后再上传')
    const ticket = (await ask(RequestDevelopmentDocumentDocument, { id: file.case.id, input: { step: look.no, kind, fileName: photo.name, size: photo.size } })).development.requestDocument
    await upload({ ...ticket, length: photo.size }, photo.path)
    await ask(KeepDevelopmentDocumentDocument, { id: ticket.id })
    done('材料已上传')
    await onChange()
  })
  const remove = async (id: string, name: string) => {
    if (!(await confirm('删除材料', `删除“${name}”？`, '删除'))) return
    await action.run(async () => {
      await ask(RemoveDevelopmentDocumentDocument, { id })
      done('已删除')
      await onChange()
    })
  }
  if (!look.documents.length) return null
  return (
    <>
      {look.documents.map((kind) => {
        const label = wordOf(entries, 'development_doc', kind)
        const there = own.filter((paper) => paper.kind === kind)
        return (
          <View key={kind}>
            <View className="row">
              <View className="row-text">{label}{there.length ? '' : '（缺）'}</View>
              {may ? <Press plain inline busy={action.busy} onPress={() => void send(kind)}>{there.length ? '补充照片' : '拍照上传'}</Press> : null}
            </View>
            {there.map((paper) => (
              <View key={paper.id} className="row">
                <View className="row-text soft">{paper.fileName}　{paper.by}</View>
                {may && paper.removable ? <View className="pick" role="button" onClick={() => void remove(paper.id, paper.fileName)}>删除</View> : null}
              </View>
            ))}
          </View>
        )
      })}
      {action.problem ? <View className="bad" role="alert">{action.problem}</View> : null}
    </>
  )
}
