import { AudioMutedOutlined, AudioOutlined, LogoutOutlined, VideoCameraOutlined } from '@ant-design/icons'
import { Button, Result } from 'antd'
import { ConnectionState, Track, type Participant } from 'livekit-client'
import { useEffect, useRef } from 'react'
import { useRoom, type Inside } from './use-room'
import './meet.css'

/** The page of a video meeting. Whoever has its address enters with the ticket behind the hash, which no server sees. */
export default function MeetPage() {
  const said = new URLSearchParams(location.hash.slice(1))
  const [url, token, title] = [said.get('url') ?? '', said.get('token') ?? '', said.get('title') ?? '视频会议']
  const { inside, problem, joining, join, turn, leave } = useRoom(url, token)
  return (
    <main className="z-meet">
      <title>{`${title} · 支部`}</title>
      <header>
        <h1>{title}</h1>
        {inside && <p role="status">{inside.state === ConnectionState.Connected ? `${inside.count} 人在会` : '网络不稳，正在重新连接…'}{inside.recorded && <b>正在录制</b>}</p>}
      </header>
      {problem && <p role="alert" className="z-meet-problem">{problem}</p>}
      {!/^wss?:\/\//.test(url) || !token
        ? <Result status="warning" title="会议链接不完整" subTitle="请回到会议页面，重新点击“进入视频会议”。" />
        : inside
          ? <Hall inside={inside} turn={turn} leave={leave} />
          : (
            <section className="z-meet-door">
              <p>进入后麦克风和摄像头是关闭的，需要发言时再打开。会议可能被录制。</p>
              <Button type="primary" size="large" loading={joining} onClick={() => void join()}>{problem ? '重新进入' : '进入会议'}</Button>
            </section>
          )}
    </main>
  )
}

function Hall({ inside, turn, leave }: { inside: Inside; turn: (what: 'microphone' | 'camera', on: boolean) => Promise<void>; leave: () => void }) {
  const { mine, people, count } = inside
  const [sounds, shows] = [mine.isMicrophoneEnabled, mine.isCameraEnabled]
  return (
    <>
      <ul className="z-meet-tiles" aria-label="参会人员">{people.map((one) => <Tile key={one.sid} one={one} own={one === mine} />)}</ul>
      {count > people.length && <p className="z-meet-more">另有 {count - people.length} 人在会，发言时显示</p>}
      <footer>
        <Button size="large" aria-pressed={sounds} icon={sounds ? <AudioOutlined aria-hidden /> : <AudioMutedOutlined aria-hidden />} onClick={() => void turn('microphone', !sounds)}>{sounds ? '静音' : '打开麦克风'}</Button>
        <Button size="large" aria-pressed={shows} icon={<VideoCameraOutlined aria-hidden />} onClick={() => void turn('camera', !shows)}>{shows ? '关闭摄像头' : '打开摄像头'}</Button>
        <Button size="large" danger icon={<LogoutOutlined aria-hidden />} onClick={leave}>离开会议</Button>
      </footer>
    </>
  )
}

function Tile({ one, own }: { one: Participant; own: boolean }) {
  const picture = useRef<HTMLVideoElement>(null)
  const track = one.getTrackPublication(Track.Source.ScreenShare)?.track ?? one.getTrackPublication(Track.Source.Camera)?.track
  const muted = one.getTrackPublication(Track.Source.Camera)?.isMuted ?? false
  useEffect(() => {
    const element = picture.current
    if (!element || !track) return
    track.attach(element)
    return () => void track.detach(element)
  }, [track])
  const name = one.name || '参会人员'
  return (
    <li className={one.isSpeaking ? 'z-meet-speaks' : undefined}>
      {track && !muted ? <video ref={picture} muted={own} playsInline autoPlay aria-label={`${name}的画面`} /> : <i aria-hidden>{name.slice(-2)}</i>}
      <span>{name}{own && '（我）'}{one.attributes.role === 'speaker' && ' · 主持'}{!one.isMicrophoneEnabled && <AudioMutedOutlined aria-label="已静音" />}</span>
    </li>
  )
}
