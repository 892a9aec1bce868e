/** Tells the emulator of the platforms something, or asks it. */
export async function control(path, body) {
  const answer = await fetch(`${process.env.ZHIBU_EMULATOR}/_ctl/${path}`, body ? { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {})
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  return answer.json()
}
