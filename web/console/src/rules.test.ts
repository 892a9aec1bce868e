import { isMobile, isPhone, isGoodPassword, normalMobile, normalPhone, passwordRules, usccCheckCharacter, usccFault, userNameFault } from '@zhibu/api'
import { describe, expect, it } from 'vitest'

describe('rules shared by the clients', () => {
  const good = '91350100M000100Y43'

  it('PC-3.1.1a USCC checksum of the standard’s sample', () => {
    expect(usccCheckCharacter(good.slice(0, 17))).toBe('3')
    expect(usccFault(good)).toBeNull()
    expect(usccFault(' 91350100m000100y43')).toBeNull()
  })

  it('PC-3.1.1a USCC refuses every change of a single character', () => {
    for (let at = 0; at < good.length; at++) {
      for (const other of '0123456789ABCDEFGHJKLMNPQRTUWXY') {
        if (other !== good[at]) expect(usccFault(good.slice(0, at) + other + good.slice(at + 1))).not.toBeNull()
      }
    }
  })

  it('PC-3.1.1a USCC says what is wrong', () => {
    expect(usccFault('913501')).toContain('18 位')
    expect(usccFault('9135010OM000100Y43')).toContain('无 I、O')
  })

  it('PC-1.2b mobile numbers are taken with blanks, hyphens and +86', () => {
    expect(normalMobile('+86 138-0000-0000')).toBe('13800000000')
    expect(isMobile('12800000000')).toBe(false)
    expect(isPhone('0591-87654321')).toBe(true)
    expect(isPhone('87654321')).toBe(false)
    expect(normalPhone(' 0591-87654321 ')).toBe('0591-87654321')
    expect(userNameFault('13800000000')).not.toBeNull()
    expect(userNameFault('张三')).toBeNull()
  })

  it('PC-1.2d a new password meets the rules or is told which it misses', () => {
    expect(isGoodPassword('Dangjian2024', 'zhangsan')).toBe(true)
    expect(isGoodPassword('ABC#123', 'zhangsan')).toBe(false)
    expect(isGoodPassword('Zhangsan#2024', 'zhangsan')).toBe(false)
    expect(passwordRules('dangjian', 'x').filter((rule) => !rule.met).map((rule) => rule.key)).toEqual(['classes'])
  })
})
