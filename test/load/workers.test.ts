import { mkdtempDisposable, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { LoadInterval } from '../../src/events.ts'
import { pacings } from '../../src/load/pacing.ts'
import { parseScenario } from '../../src/load/scenario.ts'
import { runLoad } from '../../src/runtime/load.ts'
import { startRawServer } from '../fixtures/targets/raw-server.ts'

const ok = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'

test.concurrent.each(pacings)('%s pacing sends every arrival, none before its time', async (pacing) => {
  await using target = await startRawServer((socket) => socket.write(ok))
  const plan = { target: { url: target.url }, ratePerSecond: 200, durationMs: 500, pacing }
  const report = await runLoad(plan)
  expect(report.outcomes).toEqual({ ok: 100 })
  expect(report.lagMs.p50).toBeGreaterThanOrEqual(0)
  expect(report.achievedRate).toBeLessThanOrEqual(200)
})

test('several workers share one schedule: every arrival has its number once, the books are added up', async () => {
  await using target = await startRawServer((socket) => socket.write(ok))
  const intervals: LoadInterval[] = []
  const numbers: number[] = []
  const report = await runLoad(
    {
      target: { url: target.url },
      ratePerSecond: 300,
      durationMs: 1100,
      workers: 3,
      method: 'GET',
      headers: { 'idempotency-key': '{{arrival}}' },
    },
    {
      onInterval: (interval) => intervals.push(interval),
      onAcknowledged: (lines) => numbers.push(...lines.map(({ arrival }) => arrival)),
    },
  )
  expect(report.outcomes).toEqual({ ok: 330 })
  expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 330 }, (_, k) => k))
  expect(intervals.map(({ second, scheduled }) => [second, scheduled])).toEqual([
    [0, 300],
    [1, 30],
  ])
  expect(report.generator.connections).toBeGreaterThanOrEqual(3)
})

test('more workers than connections are not started', async () => {
  await using target = await startRawServer((socket) => socket.write(ok))
  const plan = {
    target: { url: target.url },
    ratePerSecond: 100,
    durationMs: 200,
    workers: 8,
    connections: 2,
  }
  const report = await runLoad(plan)
  expect(report.outcomes).toEqual({ ok: 20 })
  expect(target.connections()).toBeLessThanOrEqual(2)
})

test('a scenario of steps and a feed runs against a real target, by workers', async () => {
  const asked: string[] = []
  const server = createServer((incoming, response) => {
    asked.push(`${incoming.method} ${incoming.url}`)
    response.setHeader('location', `/orders/${asked.length}`)
    response.end('{"state":"paid"}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await using folder = await mkdtempDisposable(join(tmpdir(), 'msvc-feed-'))
  await writeFile(join(folder.path, 'users.csv'), 'name\nann\nbob\n')
  const scenario = parseScenario(
    [
      'apiVersion: msvc/v1\nkind: Scenario\nname: a\nfeeds: {users: {file: users.csv}}\nrequests:',
      '  - name: buy',
      '    steps:',
      '      - {path: "/{{users.name}}", capture: {order: header.location}}',
      '      - {path: "{{order}}", checks: {json: {body.state: paid}}}',
    ].join('\n'),
    join(folder.path, 'a.yaml'),
  )
  const baseUrl = `http://127.0.0.1:${port}`
  const report = await runLoad({
    target: { baseUrl, scenario },
    ratePerSecond: 100,
    durationMs: 100,
    workers: 2,
  })
  server.close()
  expect(report.outcomes).toEqual({ ok: 10 })
  expect(report.statuses).toEqual({ '200': 20 })
  expect(asked.filter((line) => line === 'GET /ann')).toHaveLength(5)
  expect(asked.filter((line) => line === 'GET /bob')).toHaveLength(5)
  expect(asked.filter((line) => line.startsWith('GET /orders/'))).toHaveLength(10)
})
