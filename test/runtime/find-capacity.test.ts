import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { mkdtempDisposable } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { text as textOf } from 'node:stream/consumers'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findCapacityOf } from '../../src/runtime/find-capacity.ts'
import { startTarget } from '../fixtures/targets/start-target.ts'

const cli = join(import.meta.dirname, '../../bin/dev.js')

// What a shared machine can promise. How near the result comes to the known limit is tested in virtual time.
test(
  'the limit of a real server that takes 2 ms for each request is bracketed',
  { tags: ['slow'] },
  async () => {
    await using target = await startTarget('./md1-server.ts')
    const { result, text } = await findCapacityOf({
      given: [],
      target: target.url,
      from: tmpdir(),
      scenarioFile: undefined,
      request: { method: 'GET', headers: {}, body: undefined },
      slo: 'p90<200ms,errors<5%',
      arrivals: 'poisson',
      lowest: 100,
      highest: 1600,
      precision: 0.3,
      soakMs: 3000,
      timeoutMs: 10_000,
      connections: undefined,
      seed: 1,
      insecure: false,
      http2: false,
      isOwnTarget: false,
      record: false,
      live: false,
    })
    expect(result.probes.length).toBeGreaterThan(2)
    expect(result).toMatchObject({ version: 1, slo: 'p90<200ms,errors<5%', runId: null })
    // No more than 500 a second can ever be served; 800 must be seen as a miss, whatever else the machine does.
    expect(result.missedAt).toBeLessThanOrEqual(800)
    expect(result.ratePerSecond).toBeLessThan(650)
    expect(text).toContain('Capacity:')
  },
)

test(
  'a search that may need more connections than files can be open is refused before its first request',
  { timeout: 60_000 },
  async () => {
    let connections = 0
    const server = createServer((socket) => {
      connections += 1
      socket.destroy()
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    // Enough for the first probes, which need few.
    const shell = ['sh', '-c', 'ulimit -n 400 && exec "$@"', 'sh']
    const { code, stdout } = await findCapacityTyped([url, '--no-record', '--json'], shell)
    server.close()
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: 'too-many-connections', data: { connections: 1000, limit: 400 } },
    })
    expect({ code, connections }).toEqual({ code: 2, connections: 0 })
  },
)

test('each request of a search is the one that was asked for', { timeout: 60_000 }, async () => {
  const asked = new Set<string>()
  const server = createHttpServer((request, response) => {
    const { authorization, 'x-tag': tag } = request.headers
    void textOf(request).then((sent) => {
      asked.add([request.method, authorization, tag, sent].join(' '))
      response.end('{}')
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  // Met at its only rate.
  const rates = ['--from', '20', '--max-rps', '20', '--slo', 'p99<5s', '--no-record', '--json']
  const request = ['--method', 'post', '-H', 'Authorization: Bearer a', '-H', 'X-Tag: b', '--body', '[1]']
  const { code, stdout } = await findCapacityTyped([url, ...rates, ...request])
  server.close()
  expect(JSON.parse(stdout)).toMatchObject({ verdict: 'not-reached', ratePerSecond: 20 })
  expect({ code, asked: [...asked] }).toEqual({ code: 0, asked: ['POST Bearer a b [1]'] })
})

test('a header that a scenario would not heed is refused before its first request', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'msvc-capacity-'))
  const scenario = join(folder, 'scenario.yaml')
  writeFileSync(
    scenario,
    'apiVersion: msvc/v1\nkind: Scenario\nname: a\nrequests: [{ name: a, method: GET, path: / }]\n',
  )
  const typed = ['http://127.0.0.1:9/', '-f', scenario, '-H', 'a: b', '--no-record', '--json']
  const { code, stdout } = await findCapacityTyped(typed)
  rmSync(folder, { recursive: true })
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'flag-unused' } })
  expect(code).toBe(2)
})

test('what was found is told when the disk does not take its record', { timeout: 60_000 }, async () => {
  await using state = await mkdtempDisposable(join(tmpdir(), 'msvc-capacity-'))
  const inTheWay = join(state.path, 'msvc')
  const server = createHttpServer((_, response) => {
    rmSync(inTheWay, { recursive: true, force: true })
    writeFileSync(inTheWay, '')
    setTimeout(() => response.end(), 20)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const typed = [url, '--from', '20', '--slo', 'p99<1ms']
  const { code, stderr } = await findCapacityTyped(typed, [], { XDG_STATE_HOME: state.path })
  server.close()
  expect(stderr).toMatch(/Capacity: below 20 rps[^]*Error: Cannot /)
  expect(code).toBe(1)
})

const findCapacityTyped = (args: string[], shell: string[] = [], env: NodeJS.ProcessEnv = {}) =>
  new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    const [file = '', ...rest] = [...shell, process.execPath, cli, 'load', 'find-capacity', ...args]
    execFile(file, rest, { env: { ...process.env, ...env } }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    )
  })
