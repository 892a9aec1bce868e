import Taro from '@tarojs/taro'

/** Reads what was kept; null when there is nothing, or it cannot be read. */
export function recall<Value>(key: string): Value | null {
  try {
    const text = Taro.getStorageSync<string>(`zhibu.${key}`)
    return text ? (JSON.parse(text) as Value) : null
  } catch {
    return null
  }
}

/** Keeps something on this phone; null forgets it. A full storage is no reason to fail. */
export function keep(key: string, value: unknown): void {
  try {
    if (value === null) Taro.removeStorageSync(`zhibu.${key}`)
    else Taro.setStorageSync(`zhibu.${key}`, JSON.stringify(value))
  } catch {
    // Kept things are comfort only.
  }
}
