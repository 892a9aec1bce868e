import { View } from '@tarojs/components'
import { MiniOpenMeetingFileDocument } from '@zhibu/api/documents/mini-meeting'
import { meetingFileKinds } from '@zhibu/api/meeting-words'
import type { MiniMeetingFileFragment } from '@zhibu/api/generated'
import { Card, Link } from '@/kit/rows'
import { ask } from '@/lib/ask'
import { useAction } from '@/lib/use-action'
import { openLink } from '@/platform/viewer'

/** Materials, photos and videos, opened one by one. */
export function Files({ files }: { files: readonly MiniMeetingFileFragment[] }) {
  const action = useAction()
  const show = (id: string) => action.run(async () => {
    const { url, fileName } = (await ask(MiniOpenMeetingFileDocument, { id })).meeting.openFile
    await openLink(url, fileName)
  })
  if (!files.length) return null
  return (
    <Card title="会议材料和影像">
      {files.map((one) => <Link key={one.id} onPress={() => void show(one.id)} note={meetingFileKinds[one.kind].label}>{one.fileName}</Link>)}
      {action.problem ? <View className="bad" role="alert">{action.problem}</View> : null}
    </Card>
  )
}
