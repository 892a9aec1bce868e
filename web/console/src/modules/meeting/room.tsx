import { EnterVideoDocument, StartRecordingDocument, StopRecordingDocument, type MeetingFullFragment } from '@zhibu/api'
import { VideoCameraOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useAction } from '../../kit/use-action'
import { ask } from '../../net/ask'
import type { Taking } from './meeting-page'

/** The door of a video meeting, for everybody who may come in. */
export function Door({ one: { meeting, room } }: { one: MeetingFullFragment }) {
  const enter = useAction(async (tab: Window | null) => {
    try {
      const { page, url } = (await ask(EnterVideoDocument, { id: meeting.id })).meeting.enterVideo
      const to = url ? `${page}&title=${encodeURIComponent(meeting.title)}` : page
      if (tab) tab.location.replace(to)
      else location.assign(to)
    } catch (cause) {
      tab?.close()
      throw cause
    }
  })
  if (!room?.open) return null
  // A window that is opened later than the press is taken for an advertisement.
  const open = () => {
    const tab = window.open('', '_blank')
    if (tab) tab.opener = null
    enter.mutate(tab)
  }
  return <Button type="primary" icon={<VideoCameraOutlined aria-hidden />} loading={enter.isPending} onClick={open}>进入视频会议</Button>
}

/** Begins and ends the recording, for those who hold the meeting. */
export function Recorder({ one: { meeting: { id }, room }, onTaken }: Taking) {
  const start = useAction(async () => (await ask(StartRecordingDocument, { id })).meeting.startRecording, { success: '已开始录制，请告知参会人员', done: onTaken })
  const stop = useAction(async () => (await ask(StopRecordingDocument, { id })).meeting.stopRecording, { success: '录制已停止，录像稍后出现在“材料影像”中', done: onTaken })
  if (!room?.records) return null
  return room.recording
    ? <Button danger loading={stop.isPending} onClick={() => stop.mutate(undefined)}>停止录制</Button>
    : <Button loading={start.isPending} onClick={() => start.mutate(undefined)}>开始录制</Button>
}
