import { ConnectionState, DisconnectReason, Room, RoomEvent, Track, type Participant } from 'livekit-client'
import { useCallback, useEffect, useRef, useState } from 'react'

/** Tiles shown at once: who speaks comes first, the others are heard. */
const MOST = 24

/** Why one is outside again, in words. */
const ENDS: Partial<Record<DisconnectReason, string>> = {
  [DisconnectReason.ROOM_DELETED]: '会议已结束',
  [DisconnectReason.DUPLICATE_IDENTITY]: '您已在另一个窗口或设备进入会议',
  [DisconnectReason.PARTICIPANT_REMOVED]: '您已被移出会议',
}

/** How the browser's refusal of a microphone or camera is told. */
function refusal(cause: unknown): string {
  if (!navigator.mediaDevices) return '浏览器不允许使用麦克风和摄像头：请使用 https 网址打开，或更换浏览器'
  const name = cause instanceof Error ? cause.name : ''
  if (name === 'NotAllowedError') return '浏览器没有允许使用，请在地址栏旁的权限设置中允许麦克风和摄像头'
  return name === 'NotFoundError' ? '没有找到麦克风或摄像头，请检查设备' : '麦克风或摄像头打不开，可能正被其他程序使用'
}

/** A room as the page shows it. */
export interface Inside {
  state: ConnectionState
  people: Participant[]
  count: number
  mine: Participant
  recorded: boolean
}

/** Enters and leaves a room, and keeps up with who is in it. */
export function useRoom(url: string, token: string) {
  const room = useRef<Room | null>(null)
  const [inside, setInside] = useState<Inside | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const [joining, setJoining] = useState(false)

  useEffect(() => () => void room.current?.disconnect(), [])

  const join = useCallback(async () => {
    setProblem(null)
    setJoining(true)
    const next = new Room({ adaptiveStream: true, dynacast: true })
    room.current = next
    const sounds = document.createElement('div')
    const look = () => {
      const others = [...next.remoteParticipants.values()]
      const rank = (one: Participant) => (one.isSpeaking ? 0 : 2) + (one.attributes.role === 'speaker' ? 0 : 1)
      const shown = [next.localParticipant, ...others].sort((a, b) => rank(a) - rank(b)).slice(0, MOST)
      setInside({ state: next.state, people: shown, count: others.length + 1, mine: next.localParticipant, recorded: next.isRecording })
    }
    for (const event of [
      RoomEvent.ParticipantConnected, RoomEvent.ParticipantDisconnected, RoomEvent.TrackPublished, RoomEvent.TrackUnpublished, RoomEvent.TrackMuted, RoomEvent.TrackUnmuted,
      RoomEvent.TrackSubscribed, RoomEvent.TrackUnsubscribed, RoomEvent.LocalTrackPublished, RoomEvent.LocalTrackUnpublished, RoomEvent.ActiveSpeakersChanged,
      RoomEvent.ConnectionStateChanged, RoomEvent.RecordingStatusChanged,
    ] as const) next.on(event, look)
    next.on(RoomEvent.TrackSubscribed, (track) => { if (track.kind === Track.Kind.Audio) sounds.append(track.attach()) })
    next.on(RoomEvent.TrackUnsubscribed, (track) => { for (const element of track.detach()) element.remove() })
    next.on(RoomEvent.Disconnected, (reason) => {
      sounds.remove()
      setInside(null)
      if (reason !== undefined && reason !== DisconnectReason.CLIENT_INITIATED) setProblem(ENDS[reason] ?? '与会议的连接已断开，请重新进入')
    })
    try {
      document.body.append(sounds)
      await next.connect(url, token)
      await next.startAudio()
      look()
    } catch {
      sounds.remove()
      setInside(null)
      setProblem('没有进入会议：链接可能已失效，请回到会议页面重新点击“进入视频会议”；仍不能进入请检查网络')
    } finally {
      setJoining(false)
    }
  }, [url, token])

  const turn = useCallback(async (what: 'microphone' | 'camera', on: boolean) => {
    const mine = room.current?.localParticipant
    try {
      setProblem(null)
      await (what === 'camera' ? mine?.setCameraEnabled(on) : mine?.setMicrophoneEnabled(on))
    } catch (cause) {
      setProblem(refusal(cause))
    }
  }, [])

  return { inside, problem, joining, join, turn, leave: () => void room.current?.disconnect() }
}
