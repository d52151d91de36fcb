import { describe, expect, test } from 'vitest'
import { movesOf } from '../../src/scaffold/moves.ts'
import { planFiles, refusals, type Existing } from '../../src/scaffold/plan.ts'
import { textFile } from '../../src/scaffold/tree.ts'

const create = [
  textFile('README.md', 'hello'),
  textFile('services/a/main.ts', ''),
  textFile('services/b.ts', ''),
]
const sha256 = (content: Uint8Array): string => `#${content.length}`
const planned = (existing: Existing) => planFiles({ root: '/shop', create, edit: [], existing, sha256 })

describe('a plan', () => {
  test('creates every file, with its size and hash', () => {
    const { steps } = planned(new Map())
    expect(steps.map(({ action }) => action)).toEqual(['create', 'create', 'create'])
    expect(steps[0]).toMatchObject({ path: 'README.md', bytes: 5, sha256: '#5' })
  })

  test('refuses exactly the paths that are taken, with the reason', () => {
    const existing: Existing = new Map([
      ['', 'folder'],
      ['README.md', 'other'],
      ['services', 'other'],
    ])
    expect(refusals(planned(existing))).toEqual([
      { action: 'refuse', path: 'README.md', reason: 'exists already' },
      { action: 'refuse', path: 'services/a/main.ts', reason: 'services is not a folder' },
      { action: 'refuse', path: 'services/b.ts', reason: 'services is not a folder' },
    ])
  })

  test('refuses everything when the root is a file', () => {
    expect(refusals(planned(new Map([['', 'other']])))).toHaveLength(3)
  })
})

describe('the moves of a plan', () => {
  const cases: { name: string; existing: Existing; moves: object[] }[] = [
    { name: 'a new root is one rename', existing: new Map(), moves: [{ how: 'place-folder', path: '' }] },
    {
      name: 'in an existing root, each new folder is one rename',
      existing: new Map([['', 'folder']]),
      moves: [
        { how: 'place-file', path: 'README.md' },
        { how: 'place-folder', path: 'services' },
      ],
    },
    {
      name: 'in an existing folder, files are placed one by one',
      existing: new Map([
        ['', 'folder'],
        ['services', 'folder'],
      ]),
      moves: [
        { how: 'place-file', path: 'README.md' },
        { how: 'place-folder', path: 'services/a' },
        { how: 'place-file', path: 'services/b.ts' },
      ],
    },
  ]
  test.each(cases)('$name', ({ existing, moves }) => {
    expect(movesOf(planned(existing), existing)).toEqual(moves)
  })

  test('replacements come last, in the order of the edits', () => {
    const edit = ['lock.json', 'msvc.yaml'].map((path) => ({
      path,
      before: new Uint8Array(1),
      after: new Uint8Array(2),
    }))
    const existing: Existing = new Map([['', 'folder']])
    const plan = planFiles({ root: '/shop', create, edit, existing, sha256 })
    expect(movesOf(plan, existing).slice(-2)).toEqual([
      { how: 'replace-file', path: 'lock.json', sha256Before: '#1', sha256: '#2' },
      { how: 'replace-file', path: 'msvc.yaml', sha256Before: '#1', sha256: '#2' },
    ])
  })
})
