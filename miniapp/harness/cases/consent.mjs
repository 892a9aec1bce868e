/** M-0.4: nothing is asked of the platform before the policy is agreed to, and who refuses goes no further. */
export async function person() {
  return { code: () => { throw new Error('the platform was asked before anybody agreed') } }
}

export default async function consent({ mini, until, check }) {
  const page = mini.open('pages/login/index')
  await until('政策', () => mini.text(page).includes('个人信息保护政策') && mini.text(page).includes('版本'))
  mini.tap(page, '不同意')
  await until('拒绝后的说明', () => mini.text(page).includes('您没有同意'))
  mini.tap(page, '重新阅读')
  await until('政策', () => mini.text(page).includes('版本'))
  check(mini.seen.requests.every(({ authorised }) => !authorised), '没有登录就带了令牌')
}
