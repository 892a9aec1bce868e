import { describe, expect, it } from 'vitest'
import { pictureFault, sizeWords } from './picture-file'

describe('pictures', () => {
  it('PC-2.2 are jpg, jpeg or png up to 200M', () => {
    for (const name of ['a.jpg', 'A.JPEG', '封面.png']) expect(pictureFault({ name, size: 200 * 1024 * 1024 })).toBeNull()
    expect(pictureFault({ name: 'a.png', size: 200 * 1024 * 1024 + 1 })).toContain('200M')
    expect(pictureFault({ name: 'a.png', size: 0 })).toContain('空文件')
    for (const name of ['a.gif', 'a.svg', 'a.png.exe', 'png']) expect(pictureFault({ name, size: 1 })).toContain('不是')
  })

  it('PC-2.2 tell their size', () => {
    expect([10, 2048, 3 * 1024 * 1024].map(sizeWords)).toEqual(['1 KB', '2 KB', '3.0 MB'])
  })
})
