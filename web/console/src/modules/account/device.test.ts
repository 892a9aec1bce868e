import { expect, it } from 'vitest'
import { deviceName } from './device'

it('PC-1.2e names a device in words', () => {
  const chrome = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36'
  expect(deviceName(`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${chrome}`)).toBe('Chrome 浏览器 · Windows 电脑')
  expect(deviceName(`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${chrome} Edg/126.0.0.0`)).toBe('Edge 浏览器 · Windows 电脑')
  expect(deviceName('Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 MicroMessenger/8.0.49')).toBe('微信 · iPhone 手机')
  expect(deviceName('curl/8.5')).toBe('curl/8.5')
  expect(deviceName('')).toBe('未知设备')
})
