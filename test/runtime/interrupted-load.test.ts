// Ctrl-C in the middle of a load run, as a terminal sends it: the real command in a process of its own.

import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startMsvc } from '../fixtures/typed-msvc.ts'

test('an interrupted closed-model run says what it measured and exits 130', { timeout: 60_000 }, async () => {
  await using place = await startPlace()
  const { code, stdout } = await place.interrupted(['load', place.url, '-c', '3', '-d', '60', '--json'])
  expect(code).toBe(130)
  const { answers, isInterrupted, elapsedMs } = JSON.parse(stdout) as Record<string, number | boolean>
  expect(isInterrupted).toBe(true)
  expect(answers).toBeGreaterThan(0)
  expect(elapsedMs).toBeLessThan(60_000)
})

test('an interrupted open-model run is listed as such and passes nothing', { timeout: 60_000 }, async () => {
  await using place = await startPlace()
  const asked = ['load', place.url, '--rps', '50', '-d', '60s', '-t', 'errors<=100%', '--json']
  const { code, stdout } = await place.interrupted(asked)
  expect(code).toBe(130)
  const { isInterrupted, thresholds } = JSON.parse(stdout) as {
    isInterrupted: boolean
    thresholds: { ok: boolean }[]
  }
  expect(isInterrupted).toBe(true)
  expect(thresholds.map(({ ok }) => ok)).toEqual([false])
  const listed = await place.start(['runs', 'list', '--json']).ended
  const { runs } = JSON.parse(listed.stdout) as { runs: { verdict: string }[] }
  expect(runs.map(({ verdict }) => verdict)).toEqual(['interrupted'])
})

test('Ctrl-C accounts for what is in flight, and the report is there', { timeout: 60_000 }, async () => {
  await using place = await startPlace({ answers: 20 })
  const { code, stdout } = await place.interrupted(['load', place.url, '--rps', '50', '-d', '60s', '--json'])
  expect(code).toBe(130)
  const { outcomes, schedule, report } = JSON.parse(stdout) as {
    outcomes: Record<string, number>
    schedule: { arrivals: number }
    report: string
  }
  expect(outcomes).toEqual({ ok: 20, unfinished: schedule.arrivals - 20 })
  expect(readFileSync(report, 'utf8')).toContain('interrupted')
})

test(
  'an interrupted capacity search tells what it found, and the report is there',
  { timeout: 60_000 },
  async () => {
    await using place = await startPlace()
    const { code, stdout } = await place.interrupted(['load', 'find-capacity', place.url, '--json'], 150)
    expect(code).toBe(130)
    const { verdict, report } = JSON.parse(stdout) as { verdict: string; report: string }
    expect(verdict).toBe('interrupted')
    expect(readFileSync(report, 'utf8')).toContain('interrupted')
  },
)

test.each([
  ['a load run', ['--rps', '50', '-d', '60s']],
  ['a closed-model run', ['-c', '3', '-d', '60']],
  ['a capacity search', ['find-capacity']],
])('a second signal ends %s at once, without a report', { timeout: 60_000 }, async (_, asked) => {
  await using place = await startPlace()
  const [first = '', ...rest] = asked
  const args = first.startsWith('-') ? ['load', place.url, ...asked] : ['load', first, place.url, ...rest]
  const { code, stdout } = await place.interrupted([...args, '--json'], 30, ['SIGINT', 'SIGTERM'])
  expect({ code, stdout }).toEqual({ code: 130, stdout: '' })
})

/** A target that tells when it is asked and answers so many times, and a state folder of one's own. */
async function startPlace({ answers = Infinity } = {}) {
  const state = mkdtempSync(join(tmpdir(), 'msvc-interrupted-'))
  let answered = 0
  const server = createServer((request, response) => {
    if (answered++ < answers) response.end('ok')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const start = (args: string[]) =>
    startMsvc(state, args.join(' '), { env: { ...process.env, XDG_STATE_HOME: state } })
  return {
    url,
    start,
    /**
     * Runs it until the target has been asked so often, then sends it the signals. It stands still meanwhile, so
     * that they reach it together: between them it could have ended.
     */
    async interrupted(args: string[], atRequest = 30, signals: NodeJS.Signals[] = ['SIGINT']) {
      const { child, ended } = start(args)
      let asked = 0
      server.on('request', () => {
        if (++asked === atRequest)
          for (const signal of ['SIGSTOP', ...signals, 'SIGCONT'] as const) child.kill(signal)
      })
      return ended
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
      rmSync(state, { recursive: true, force: true })
    },
  }
}
