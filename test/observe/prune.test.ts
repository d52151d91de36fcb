import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runsToPrune } from '../../src/observe/prune.ts'
import { pruneRuns } from '../../src/runtime/prune-runs.ts'

const day = 24 * 3_600_000
const now = 100 * day
/** Newest first, a day apart. */
const runs = Array.from({ length: 10 }, (_, age) => ({
  id: `run-${age}`,
  startedAt: now - age * day - 1000,
  endedAt: age === 3 || age === 9 ? null : now - age * day,
}))
const ids = (of: { id: string }[]): string[] => of.map(({ id }) => id)

test('all but the newest go; one that may still go on stays', () => {
  expect(ids(runsToPrune(runs, { kind: 'keep', newest: 2 }, now))).toEqual([
    'run-2',
    'run-4',
    'run-5',
    'run-6',
    'run-7',
    'run-8',
    'run-9',
  ])
  expect(runsToPrune(runs, { kind: 'keep', newest: 20 }, now)).toEqual([])
})

test('or those that ended longer ago', () => {
  expect(ids(runsToPrune(runs, { kind: 'older-than', ms: 6.5 * day }, now))).toEqual([
    'run-7',
    'run-8',
    'run-9',
  ])
})

test('a dry run removes nothing; the real one removes just those', async () => {
  const root = await mkdtemp(join(tmpdir(), 'msvc-prune-'))
  try {
    await writeFile(join(root, 'msvc.yaml'), 'name: shop\n')
    const folder = join(root, '.msvc', 'runs')
    for (const id of ['20261120-100000-load-aaaa', '20261121-100000-load-bbbb']) {
      await mkdir(join(folder, id), { recursive: true })
      await writeFile(join(folder, id, 'run.json'), JSON.stringify({ id, startedAt: 1, endedAt: 2 }))
    }
    const rule = { kind: 'keep', newest: 1 } as const
    const planned = await pruneRuns({ from: root, rule, dryRun: true })
    expect(planned).toMatchObject({ removed: [{ id: '20261120-100000-load-aaaa' }], kept: 1, dryRun: true })
    expect(planned.bytes).toBeGreaterThan(10)
    expect(await readdir(folder)).toHaveLength(2)
    await pruneRuns({ from: root, rule, dryRun: false })
    expect(await readdir(folder)).toEqual(['20261121-100000-load-bbbb'])
  } finally {
    await rm(root, { recursive: true })
  }
})
