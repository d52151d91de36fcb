import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
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

test('what a run links to stays, and so does a run that has only just begun', async () => {
  const root = await mkdtemp(join(tmpdir(), 'msvc-prune-'))
  try {
    await writeFile(join(root, 'msvc.yaml'), 'name: shop\n')
    const folder = join(root, '.msvc', 'runs')
    const elsewhere = join(root, 'elsewhere')
    await mkdir(elsewhere)
    await writeFile(join(elsewhere, 'run.json'), JSON.stringify({ startedAt: 1, endedAt: 2 }))
    const old = join(folder, '20200101-100000-load-aaaa')
    await mkdir(old, { recursive: true })
    await symlink('/nowhere', join(old, 'report.html'))
    await symlink(elsewhere, join(folder, '20200102-100000-load-bbbb'))
    // Half a line: its process writes on, or was killed.
    const digits = new Date().toISOString().replaceAll(/[-:]/g, '').replace('T', '-').slice(0, 15)
    const begun = `${digits}-load-cccc`
    await mkdir(join(folder, begun))
    await writeFile(join(folder, begun, 'events.ndjson'), '{"at":')
    await pruneRuns({ from: root, rule: { kind: 'keep', newest: 0 }, dryRun: false })
    expect(await readdir(folder)).toEqual([begun])
    expect(await readFile(join(elsewhere, 'run.json'), 'utf8')).toContain('startedAt')
  } finally {
    await rm(root, { recursive: true })
  }
})
