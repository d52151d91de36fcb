import { appendFile, mkdir, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { findRun, listRuns, openRun } from '../../src/runtime/runs.ts'
import { temporaryFolder } from '../scaffold/temporary-folder.ts'
import { agentEvents, load, loadEvents } from './fixtures/payment-killed.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
beforeEach(async () => {
  folder = await temporaryFolder()
  vi.stubEnv('XDG_STATE_HOME', join(folder.path, 'state'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await folder[Symbol.asyncDispose]()
})

const what = { kind: 'load', title: 'GET /', target: 'http://127.0.0.1:4000' } as const
const linesOf = async (path: string) =>
  (await readFile(path, 'utf8'))
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))

async function systemFolder(): Promise<string> {
  const root = join(folder.path, 'shop')
  await mkdir(root)
  await writeFile(join(root, 'msvc.yaml'), '')
  return root
}

describe('a recorded run', () => {
  test('leaves run.json, its journal merged with the agent’s, what was acknowledged, and a report', async () => {
    const root = await systemFolder()
    const recorder = await openRun({ root, system: 'shop', ...what })
    for (const event of loadEvents) recorder.append(event)
    recorder.acknowledged([{ arrival: 3, key: 'k3', status: 202, id: 'o3' }])
    recorder.acknowledged([])
    const run = await recorder.finish({ verdict: 'valid', summary: { load }, agentEvents })

    expect(recorder.folder).toBe(join(root, '.msvc/runs', recorder.id))
    expect((await readdir(recorder.folder)).toSorted()).toEqual([
      'acknowledged.ndjson',
      'events.ndjson',
      'report.html',
      'run.json',
    ])
    expect(JSON.parse(await readFile(join(recorder.folder, 'run.json'), 'utf8'))).toEqual(run)
    expect(run).toMatchObject({ version: 1, id: recorder.id, system: 'shop', verdict: 'valid', ...what })
    expect(await linesOf(join(recorder.folder, 'acknowledged.ndjson'))).toEqual([
      { arrival: 3, key: 'k3', status: 202, id: 'o3' },
    ])
    const events = await linesOf(join(recorder.folder, 'events.ndjson'))
    expect(events).toHaveLength(loadEvents.length + agentEvents.length + 2)
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1))
    expect(events.map(({ at }) => at)).toEqual(events.map(({ at }) => at).toSorted((a, b) => a - b))
    const told = [...loadEvents, ...agentEvents].map(({ at, type, data }) => ({ at, type, data }))
    for (const event of told) expect(events).toContainEqual(expect.objectContaining(event))
    expect(await readFile(recorder.report, 'utf8')).toContain('<!doctype html>')
  })

  test('keeps its journal, whatever becomes of its folder while it goes on', async () => {
    const recorder = await openRun(what)
    for (const event of loadEvents) recorder.append(event)
    await rm(recorder.folder, { recursive: true })
    await recorder.finish({ verdict: 'valid', summary: { load } })
    const events = await linesOf(join(recorder.folder, 'events.ndjson'))
    const told = loadEvents.map(({ at, type, data }) => ({ at, type, data }))
    for (const event of told) expect(events).toContainEqual(expect.objectContaining(event))
    expect(await listRuns(folder.path)).toMatchObject([{ id: recorder.id, verdict: 'valid' }])
  })

  test.each([
    ['cut', 300],
    ['emptied', 0],
  ])('whose journal was %s by something else says so, and has no report', async (_, bytes) => {
    const recorder = await openRun(what)
    for (const event of loadEvents) recorder.append(event)
    const journal = join(recorder.folder, 'events.ndjson')
    await vi.waitFor(async () => expect((await stat(journal)).size).toBeGreaterThan(1000))
    await truncate(journal, bytes)
    await expect(recorder.finish({ verdict: 'valid', summary: { load } })).rejects.toMatchObject({
      code: 'run-record-changed',
      data: { file: journal },
    })
    expect(await listRuns(folder.path)).toMatchObject([{ id: recorder.id, report: null }])
  })

  test('outside a system is kept in the state folder', async () => {
    const recorder = await openRun(what)
    await recorder.finish({ verdict: 'valid', summary: {} })
    expect(recorder.folder).toBe(join(folder.path, 'state/msvc/runs', recorder.id))
    expect(await listRuns(folder.path)).toMatchObject([{ id: recorder.id, system: null, verdict: 'valid' }])
  })
})

describe('the list of runs', () => {
  test('is of the system around the folder, newest first, and knows those that never ended', async () => {
    const root = await systemFolder()
    const first = await openRun({ root, ...what })
    await first.finish({ verdict: 'valid', summary: {} })
    const runs = join(root, '.msvc/runs')
    await mkdir(join(runs, '20200101-000000-demo-beef'))
    await appendFile(join(runs, 'README'), 'not a run')
    const killed = '20990101-000000-load-dead'
    await mkdir(join(runs, killed))
    const started = {
      v: 1,
      seq: 1,
      at: 5,
      source: 'load',
      type: 'run.started',
      subject: `run:${killed}`,
      data: what,
    }
    await writeFile(join(runs, killed, 'events.ndjson'), `${JSON.stringify(started)}\n{"v":1,"se`)

    await mkdir(join(root, 'services'))
    expect(await listRuns(join(root, 'services'))).toMatchObject([
      { id: killed, verdict: 'unfinished', title: 'GET /', endedAt: null, report: null },
      { id: first.id, verdict: 'valid', report: first.report },
      { id: '20200101-000000-demo-beef', kind: 'demo', verdict: 'unfinished' },
    ])
  })

  test('finds the newest with a report, one by its id, one by its last characters', async () => {
    const root = await systemFolder()
    await expect(findRun(root)).rejects.toMatchObject({ code: 'no-runs' })
    const recorder = await openRun({ root, ...what })
    await recorder.finish({ verdict: 'valid', summary: {} })
    await mkdir(join(root, '.msvc/runs/20990101-000000-load-dead'))
    expect((await findRun(root)).id).toBe(recorder.id)
    expect((await findRun(root, recorder.id)).id).toBe(recorder.id)
    expect((await findRun(root, recorder.id.slice(-4))).id).toBe(recorder.id)
    await expect(findRun(root, `${recorder.id}x`)).rejects.toMatchObject({
      code: 'unknown-run',
      data: { suggestion: recorder.id },
    })
  })
})
