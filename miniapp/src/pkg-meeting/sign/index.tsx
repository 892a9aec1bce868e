import { View } from '@tarojs/components'
import Taro from '@tarojs/taro'
import { MiniMeetingSignInDocument, MiniMeetingSignInHereDocument } from '@zhibu/api/documents/mini-meeting'
import { asRequestError, errorSentence } from '@zhibu/api/errors'
import type { MiniMeetingWholeFragment } from '@zhibu/api/generated'
import { useCallback, useEffect, useRef, useState } from 'react'
import { Press } from '@/kit/press'
import { Card } from '@/kit/rows'
import { Screen } from '@/kit/screen'
import { ask } from '@/lib/ask'
import { asked, goHome } from '@/lib/navigate'
import { scanMeeting } from '@/lib/scan-meeting'
import { signCode, signParams } from '@/lib/sign-code'
import { surely } from '@/lib/surely'
import { noteWrite } from '@/lib/use-query'
import { openSettings, whereAmI } from '@/platform/place'
import { canScan } from '@/platform/scan'
import { clock } from '../words'

type State = { at: 'ready' } | { at: 'busy' } | { at: 'done'; whole: MiniMeetingWholeFragment } | { at: 'failed'; code: string; words: string }

/** What stands above the sentence of a refusal. */
const TITLES: Record<string, string> = {
  SIGN_CODE_EXPIRED: '二维码已更新', NOT_INVITED: '不在参会名单中', SIGN_IN_CLOSED: '现在不能签到', TOO_FAR: '不在会场范围内', PLACE_INEXACT: '定位不够准确', PLACE_MOCKED: '不能签到', PLACE_FORBIDDEN: '没有定位权限',
  NO_PLACE: '请扫码签到', NETWORK: '网络不通',
}
/** What another try of the same kind cannot mend. */
const FINAL = ['NOT_INVITED', 'NO_PLACE']

/** What this page was opened with: a code, or only a meeting for signing in at its place. */
function given() {
  const read = (name: string) => asked(name) ?? undefined
  const link = read('q')
  const code = (link ? signCode(decodeURIComponent(link)) : null) ?? signParams({ m: read('m'), c: decodeURIComponent(read('c') ?? '') })
  return { meeting: code?.meeting ?? read('m') ?? '', code: code?.code ?? null, byPlace: read('by') === 'place' }
}

/** 签到 (M-2.1, M-9.6): by the code of the big screen, or by the place of the meeting. */
export default function Sign() {
  const [{ meeting, code, byPlace }] = useState(given)
  const [state, setState] = useState<State>({ at: 'ready' })
  const [problem, say] = useState<string | null>(null)
  const running = useRef(false)
  const sign = useCallback(async () => {
    if (running.current) return
    running.current = true
    setState({ at: 'busy' })
    try {
      const fix = code ? null : await whereAmI()
      const whole = fix
        ? (await surely(() => ask(MiniMeetingSignInHereDocument, { id: meeting, fix }))).meeting.signInHere
        : (await surely(() => ask(MiniMeetingSignInDocument, { id: meeting, code: code ?? '' }))).meeting.signIn
      noteWrite()
      setState({ at: 'done', whole })
    } catch (cause) {
      setState({ at: 'failed', code: asRequestError(cause).code, words: errorSentence(cause) })
    }
    running.current = false
  }, [meeting, code])
  // A code is for now; where the phone is, is told by a touch only.
  useEffect(() => { if (meeting && code) void sign() }, [meeting, code, sign])
  const enter = () => void Taro.redirectTo({ url: `/pkg-meeting/detail/index?id=${meeting}` })
  const rescan = () => void scanMeeting(say, true)
  const me = state.at === 'done' ? state.whole.meeting.me : null
  return (
    <Screen title="签到">
      {state.at === 'done' ? (
        <>
          <Card>
            <View className="result" role="status">
              <View className="result-mark" aria-hidden>✓</View>
              <View className="result-words">{me?.name}，签到成功</View>
              <View className="result-time">{me?.signedAt ? clock(me.signedAt) : ''}{me?.attendance === 'LATE' ? '（迟到）' : ''}</View>
              <View>{state.whole.meeting.title}</View>
            </View>
          </Card>
          <Press onPress={enter}>进入会议</Press>
        </>
      ) : null}
      {state.at === 'busy' ? <Card><View className="result" role="status"><View className="result-mark wait" aria-hidden>…</View><View className="result-words">{code ? '正在签到' : '正在定位并签到'}</View></View></Card> : null}
      {state.at === 'failed' ? (
        <>
          <Card>
            <View className="result" role="alert">
              <View className="result-mark bad" aria-hidden>!</View>
              <View className="result-words">{TITLES[state.code] ?? '没有签到成功'}</View>
              <View>{state.words}</View>
            </View>
          </Card>
          {state.code === 'PLACE_FORBIDDEN' ? <Forbidden /> : null}
          {state.code === 'SIGN_CODE_EXPIRED' ? <Press onPress={rescan}>{canScan ? '重新扫码' : '怎样重新扫码'}</Press>
            : FINAL.includes(state.code) ? null : <Press onPress={() => void sign()}>{code ? '再试一次' : '重新定位'}</Press>}
          {code ? null : <Press plain onPress={rescan}>改用扫码签到</Press>}
          {state.code === 'NOT_INVITED' || state.code === 'NOT_FOUND' ? <Press plain onPress={goHome}>回到首页</Press> : <Press plain onPress={enter}>查看会议</Press>}
        </>
      ) : null}
      {state.at === 'ready' && byPlace && meeting ? (
        <>
          <Card title="定位签到"><View>请在会场内点下面的按钮。手机的位置只用来核对您是否在会场，签到关闭后即删除。</View></Card>
          <Press onPress={() => void sign()}>我在会场，签到</Press>
        </>
      ) : null}
      {state.at === 'ready' && !byPlace && !code ? (
        <>
          <Card title="扫码签到"><View>请扫描会场大屏幕上的二维码。</View></Card>
          <Press onPress={rescan}>{canScan ? '扫一扫' : '怎样扫码签到'}</Press>
        </>
      ) : null}
      {problem ? <View className="note" role="alert">{problem}</View> : null}
    </Screen>
  )
}

/** How to give the permission after all. */
function Forbidden() {
  const [words, setWords] = useState<string | null>(null)
  return (
    <Card title="怎样允许定位">
      <View>{canScan ? '点“去设置”，打开“位置信息”，再回来点“重新定位”。手机设置里的定位服务也要打开。' : '请在浏览器的网站设置里允许本网站使用位置，并打开手机设置里的定位服务，再点“重新定位”。'}</View>
      {canScan ? <Press plain inline onPress={() => void openSettings().then((opened) => { if (!opened) setWords('请在手机设置里找到本应用，允许使用位置。') })}>去设置</Press> : null}
      {words ? <View className="bad">{words}</View> : null}
    </Card>
  )
}
