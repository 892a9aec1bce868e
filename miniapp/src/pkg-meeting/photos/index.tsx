import { View } from '@tarojs/components'
import { MiniMeetingDocument, MiniOpenMeetingFileDocument } from '@zhibu/api/documents/mini-meeting'
import { MiniKeepMeetingFileDocument, MiniRemoveMeetingFileDocument, MiniRequestMeetingFileDocument } from '@zhibu/api/documents/mini-meeting-hold'
import { useState } from 'react'
import { Press, reach } from '@/kit/press'
import { Card } from '@/kit/rows'
import { Screen } from '@/kit/screen'
import { Empty } from '@/kit/states'
import { ask } from '@/lib/ask'
import { asked } from '@/lib/navigate'
import { surely } from '@/lib/surely'
import { confirm, done, useAction } from '@/lib/use-action'
import { useQuery } from '@/lib/use-query'
import { takePhoto, upload } from '@/platform'
import { openLink } from '@/platform/viewer'

const LARGEST = 20 * 1024 * 1024

/** 会议照片 (M-2.1): taken with the phone, sent one by one. */
export default function Photos() {
  const [id] = useState(() => asked('id') ?? '')
  const query = useQuery(MiniMeetingDocument, { id })
  const [sent, setSent] = useState<number | null>(null)
  const action = useAction()
  const found = query.data?.meeting.meeting
  const photos = (found?.files ?? []).filter(({ kind }) => kind === 'PHOTO')
  const send = () => action.run(async () => {
    const photo = await takePhoto()
    if (!photo) return
    if (photo.size === 0 || photo.size > LARGEST) return action.say(photo.size === 0 ? '这是空文件，请重新选择' : '照片超过 20MB，请缩小后再上传')
    setSent(0)
    try {
      const ticket = (await ask(MiniRequestMeetingFileDocument, { meeting: id, input: { kind: 'PHOTO', fileName: photo.name, size: photo.size } })).meeting.requestFile
      await upload({ url: ticket.url ?? '', contentType: ticket.contentType, length: photo.size }, photo.path, setSent)
      await surely(() => ask(MiniKeepMeetingFileDocument, { id: ticket.id }))
      done('照片已上传')
      await query.reload()
    } finally {
      setSent(null)
    }
  })
  const show = (file: string) => action.run(async () => {
    const { url, fileName } = (await ask(MiniOpenMeetingFileDocument, { id: file })).meeting.openFile
    await openLink(url, fileName)
  })
  const remove = async (file: string, name: string) => {
    if (!(await confirm('删除照片', `删除“${name}”？`, '删除'))) return
    await action.run(async () => {
      await ask(MiniRemoveMeetingFileDocument, { id: file })
      done('已删除')
      await query.reload()
    })
  }
  return (
    <Screen title="会议照片" ask={query}>
      {found && found.meeting.state !== 'CANCELLED' ? <Press busy={action.busy} onPress={() => void send()}>拍照或选照片上传</Press> : null}
      {sent === null ? null : (
        <Card>
          <View role="status">正在上传 {sent}%，请不要离开</View>
          <View className="track" aria-hidden><View className="track-fill" style={{ width: `${sent}%` }} /></View>
        </Card>
      )}
      {action.problem ? <View className="note" role="alert">{action.problem}</View> : null}
      {photos.length ? (
        <Card>
          {photos.map((one) => (
            <View key={one.id} className="row">
              <View className="row-text" role="link" {...reach} onClick={() => void show(one.id)}><View>{one.fileName}</View><View className="soft">{one.addedBy}　点开查看</View></View>
              <View className="pick" role="button" aria-label={`删除${one.fileName}`} {...reach} onClick={() => void remove(one.id, one.fileName)}>删除</View>
            </View>
          ))}
        </Card>
      ) : <Empty>还没有照片</Empty>}
    </Screen>
  )
}
