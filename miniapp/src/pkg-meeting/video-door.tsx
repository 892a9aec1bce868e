import { View } from '@tarojs/components'
import Taro from '@tarojs/taro'
import { MiniEnterVideoDocument } from '@zhibu/api/documents/mini-meeting'
import type { MiniMeetingWholeFragment } from '@zhibu/api/generated'
import { Press } from '@/kit/press'
import { ask } from '@/lib/ask'
import { useAction } from '@/lib/use-action'
import { isWeb } from '@/platform'

/** The door of a video meeting. A mini-program has no pictures of others, so its link goes to the phone's browser. */
export function VideoDoor({ found: { meeting, room } }: { found: MiniMeetingWholeFragment }) {
  const action = useAction()
  if (!room?.open) return null
  const enter = () => action.run(async () => {
    const { page, url } = (await ask(MiniEnterVideoDocument, { id: meeting.id })).meeting.enterVideo
    const to = url ? `${page}&title=${encodeURIComponent(meeting.title)}` : page
    if (isWeb) {
      location.assign(to)
      return
    }
    await Taro.setClipboardData({ data: to })
    await Taro.showModal({ title: '链接已复制', content: '小程序内不能显示视频画面。请打开手机浏览器，粘贴链接进入会议。链接只供您本人使用，请勿转发。', showCancel: false, confirmText: '知道了' })
  })
  return (
    <>
      <Press busy={action.busy} onPress={() => void enter()}>进入视频会议</Press>
      {room.recording ? <View className="note" role="status">会议正在录制</View> : null}
      {action.problem ? <View className="bad" role="alert">{action.problem}</View> : null}
    </>
  )
}
