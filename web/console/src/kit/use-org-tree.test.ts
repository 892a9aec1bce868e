import { describe, expect, it } from 'vitest'
import { missingBelow, type TreeNode } from './use-org-tree'

const node = (id: string, parentId: string | null, childCount = 0): TreeNode =>
  ({ id, parentId, childCount, shortName: id, type: 'BRANCH', depth: 0, administrators: [] })

describe('organisations that a look at the tree leaves out', () => {
  it('PC-3.1.1g counts the children that did not come', () => {
    expect([...missingBelow([[node('top', null, 3), node('a', 'top', 5)]])]).toEqual([['top', 2]])
  })

  it('PC-3.1.1g says nothing of levels that were not asked for, nor of complete ones', () => {
    const first = [node('top', null, 1), node('a', 'top', 2)]
    expect(missingBelow([first]).size).toBe(0)
    expect(missingBelow([first, [node('a', 'top', 2), node('b', 'a'), node('c', 'a')]]).size).toBe(0)
    expect([...missingBelow([first, [node('a', 'top', 2), node('b', 'a')]])]).toEqual([['a', 1]])
  })

  it('PC-3.1.1g a level of its own completes what another one cut', () => {
    const cut = [node('top', null, 2), node('a', 'top')]
    expect(missingBelow([cut, [node('top', null, 2), node('a', 'top'), node('b', 'top')]]).size).toBe(0)
  })
})
