import '../../../styles/appearance.css'

/** How a picture is shown: by itself on a phone, behind a phone's page, or behind a page of the console. */
export type Frame = 'splash' | 'phone' | 'screen'

/** A picture as the phone (750×1334) or the browser will show it, with the page's parts hinted at. */
export function Preview({ frame, url, title }: { frame: Frame; url: string | null; title: string }) {
  return (
    <figure className={`z-preview z-preview--${frame === 'screen' ? 'screen' : 'phone'}`} role="img" aria-label={`${title}预览${url ? '' : '（默认）'}`}>
      {url && <img src={url} alt="" />}
      {!url && frame === 'splash' && <span className="z-preview-mark">智慧党建云平台</span>}
      {frame === 'splash' && <span className="z-preview-count">3 秒</span>}
      {frame === 'phone' && <span className="z-preview-part z-preview-part--phone" />}
      {frame === 'screen' && <span className="z-preview-part z-preview-part--screen" />}
    </figure>
  )
}
