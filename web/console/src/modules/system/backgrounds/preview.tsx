import '../../../styles/appearance.css'

/** How a picture is shown: by itself on a phone, behind a phone's page, behind the sign-in page, or faintly behind the home page. */
export type Frame = 'splash' | 'phone' | 'screen' | 'home'

/** A picture as the phone (750×1334) or the browser will show it, with the page's parts hinted at. */
export function Preview({ frame, url, title }: { frame: Frame; url: string | null; title: string }) {
  return (
    <figure className={`z-preview z-preview--${frame === 'screen' || frame === 'home' ? 'screen' : 'phone'} z-preview--${frame}`} role="img" aria-label={`${title}预览${url ? '' : '（默认）'}`}>
      {url && <img src={url} alt="" />}
      {!url && frame === 'splash' && <span className="z-preview-mark">智慧党建云平台</span>}
      {frame === 'splash' && <span className="z-preview-count">3 秒</span>}
      {frame === 'phone' && <span className="z-preview-part z-preview-part--phone" />}
      {frame === 'home' && <><span className="z-preview-part z-preview-part--side" /><span className="z-preview-part z-preview-part--cards" /></>}
      {frame === 'screen' && <span className="z-preview-part z-preview-part--screen" />}
    </figure>
  )
}
