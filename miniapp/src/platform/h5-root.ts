/** Sizes of the web page are in rem: 20 pixels on a phone of 375, a little more on wider screens. */
export function scaleRoot(): void {
  if (process.env.TARO_ENV !== 'h5') return
  const scale = () => {
    const width = document.documentElement.clientWidth || 375
    document.documentElement.style.fontSize = `${Math.min(24, Math.max(18, (20 * width) / 375))}px`
  }
  scale()
  window.addEventListener('resize', scale)
  // What is touched on a phone is pressed by a keyboard.
  document.addEventListener('keydown', (event) => {
    if (!['Enter', ' '].includes(event.key) || !(event.target instanceof HTMLElement) || !event.target.matches('[tabindex="0"][role]')) return
    event.preventDefault()
    event.target.click()
  })
  // The tabs are links to nowhere; the page's policy would refuse and report each touch.
  document.addEventListener('click', (event) => {
    if (event.target instanceof Element && event.target.closest('a[href^="javascript:"]')) event.preventDefault()
  })
}
