import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { isHalted, setHalted } from '../../src/adapters/agent-halt.ts'
import { openJournal, readJournal } from '../../src/adapters/agent-journal.ts'
import { logFolder, openLogs, readLogs } from '../../src/adapters/agent-logs.ts'
import {
  claimAgentRecord,
  isDeadRecordLeft,
  releaseAgentRecord,
  readAgentRecord,
  takeDeadRecord,
  updateAgentRecord,
  type AgentRecord,
} from '../../src/adapters/agent-record.ts'
import { lineSplitter } from '../../src/adapters/lines.ts'
import { ownIdentity } from '../../src/adapters/process-identity.ts'
import type { SystemEvent } from '../../src/events.ts'

const root = mkdtempSync(join(tmpdir(), 'msvc-files-'))
afterAll(() => rmSync(root, { recursive: true }))
const folder = (): string => mkdtempSync(join(root, 'folder-'))

const record: AgentRecord = {
  pid: 1,
  startTime: '2',
  root: '/r',
  socket: '/s',
  journal: '/j',
  startedAt: 3,
  processes: [],
}
const out = (line: string) => ({ stream: 'stdout' as const, line })
const event = (seq: number): SystemEvent => ({
  v: 1,
  seq,
  at: seq,
  source: 'agent',
  type: 'service.ready',
  subject: 'order',
  data: { pid: 1, afterMs: 2 },
})

describe('logs', () => {
  test('are read back as they were written, also by a later msvc', () => {
    const root = folder()
    using logs = openLogs(root)
    logs.append('order', 1000, [out('{"msg":"ü"}'), { stream: 'stderr', line: '' }])
    expect(readLogs(root, 'order', 10)).toEqual([
      { service: 'order', at: 1000, stream: 'stdout', line: '{"msg":"ü"}' },
      { service: 'order', at: 1000, stream: 'stderr', line: '' },
    ])
  })

  test('are bounded, and the newest lines are the ones that are kept', () => {
    const root = folder()
    using logs = openLogs(root, 10_000)
    for (let number = 0; number < 2000; number += 1) logs.append('order', 0, [out(`line ${number}`)])
    const sizes = readdirSync(logFolder(root)).map((name) => statSync(join(logFolder(root), name)).size)
    expect(sizes).toHaveLength(2)
    expect(Math.max(...sizes)).toBeLessThan(11_000)
    expect(readLogs(root, 'order', 300).map(({ line }) => line)).toEqual(
      Array.from({ length: 300 }, (_, index) => `line ${1700 + index}`),
    )
  })

  test('of a service that never wrote are empty', () => {
    expect(readLogs(folder(), 'order', 10)).toEqual([])
  })
})

describe('lines', () => {
  test('are cut where they end, whatever the chunks', () => {
    const { push, end } = lineSplitter()
    const text = Buffer.from('añb\r\n\nlast')
    const lines = [...text].flatMap((byte) => push(Buffer.from([byte])))
    expect([...lines, ...end()]).toEqual(['añb', '', 'last'])
  })

  test('of any length take bounded memory', () => {
    const { push } = lineSplitter()
    for (let number = 0; number < 100; number += 1) push(Buffer.alloc(65_536, 'x'))
    expect(push(Buffer.from('\n'))[0]!.length).toBeLessThan(20_000)
  })
})

describe('the journal', () => {
  test('is read back without the half line that a crash leaves', () => {
    using journal = openJournal(folder(), 0)
    journal.append(event(1))
    journal.sync()
    appendFileSync(journal.path, '{"v":1,"seq":2,')
    expect(readJournal(journal.path)).toEqual([event(1)])
  })

  test('keeps the newest twenty', () => {
    const root = folder()
    for (let number = 0; number < 25; number += 1) openJournal(root, number * 1000)[Symbol.dispose]()
    const kept = readdirSync(join(root, '.msvc', 'journal')).toSorted()
    expect(kept).toHaveLength(20)
    expect(kept[0]).toMatch(/^19700101T000005/)
  })
})

describe('the record of the agent', () => {
  const rootWithFolder = (): string => {
    const root = folder()
    openLogs(root)[Symbol.dispose]() // makes .msvc
    return root
  }

  test.each([
    [
      'without what this version needs',
      '{"pid":4321,"socket":"/s"}',
      /with `kill 4321` if that is its agent/,
    ],
    [
      'of another shape',
      '[]',
      /^End that fleet with `msvc down` of the version that started it; then remove/,
    ],
    ['that is no JSON', '{"pid":', /then remove the file\.$/],
  ])('%s is told as such: nothing is guessed of a process', (_, text, next) => {
    const root = rootWithFolder()
    writeFileSync(join(root, '.msvc', 'agent.json'), text)
    expect(() => readAgentRecord(root)).toThrow(
      expect.objectContaining({
        code: 'agent-record-foreign',
        message: expect.stringContaining(join(root, '.msvc', 'agent.json')),
        next: expect.stringMatching(next),
      }),
    )
  })

  test('can be claimed once', () => {
    const root = rootWithFolder()
    expect(claimAgentRecord(root, record)).toBe(true)
    expect(claimAgentRecord(root, { ...record, pid: 9 })).toBe(false)
    expect(readAgentRecord(root)).toEqual(record)
  })

  test('is replaced whole, and taken away once', () => {
    const root = rootWithFolder()
    claimAgentRecord(root, record)
    updateAgentRecord(root, { ...record, socket: '/t' })
    const taken = takeDeadRecord(root)!
    expect(taken.record.socket).toBe('/t')
    expect(takeDeadRecord(root)).toBeUndefined()
    expect(isDeadRecordLeft(root)).toBe(false)
    taken.done()
    expect(readdirSync(join(root, '.msvc'))).toEqual(['logs'])
  })

  test('that somebody took who died over it is there for the next', () => {
    const root = rootWithFolder()
    claimAgentRecord(root, record)
    const module = JSON.stringify(new URL('../../src/adapters/agent-record.ts', import.meta.url).href)
    const script = `(await import(${module})).takeDeadRecord(${JSON.stringify(root)})`
    execFileSync(process.execPath, ['--input-type=module', '-e', script])
    expect(readAgentRecord(root)).toBeUndefined()
    expect(isDeadRecordLeft(root)).toBe(true)
    const taken = takeDeadRecord(root)!
    expect(taken.record).toEqual(record)
    taken.done()
    expect(isDeadRecordLeft(root)).toBe(false)
    expect(readdirSync(join(root, '.msvc'))).toEqual(['logs'])
  })

  test('of an agent that lives is not taken', () => {
    const root = rootWithFolder()
    claimAgentRecord(root, { ...record, ...ownIdentity() })
    expect(isDeadRecordLeft(root)).toBe(false)
    expect(takeDeadRecord(root)).toBeUndefined()
    expect(readAgentRecord(root)?.pid).toBe(process.pid)
  })
})

test('the record of another agent is neither replaced nor taken away', () => {
  const root = folder()
  openLogs(root)[Symbol.dispose]()
  const mine: AgentRecord = { ...record, root }
  claimAgentRecord(root, mine)
  updateAgentRecord(root, { ...mine, pid: 5 })
  releaseAgentRecord(root, { pid: 1, startTime: '3' })
  expect(readAgentRecord(root)).toEqual(mine)
  releaseAgentRecord(root, mine)
  expect(readAgentRecord(root)).toBeUndefined()
})

test('a halt is a file', () => {
  const root = folder()
  setHalted(root, true)
  expect([isHalted(root), existsSync(join(root, '.msvc', 'halted'))]).toEqual([true, true])
  setHalted(root, false)
  setHalted(root, false)
  expect(isHalted(root)).toBe(false)
})
