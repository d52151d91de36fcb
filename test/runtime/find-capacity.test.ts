import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findCapacityOf } from '../../src/runtime/find-capacity.ts'
import { startTarget } from '../fixtures/targets/start-target.ts'

// What a shared machine can promise. How near the result comes to the known limit is tested in virtual time.
test(
  'the limit of a real server that takes 2 ms for each request is bracketed',
  { tags: ['slow'] },
  async () => {
    await using target = await startTarget('./md1-server.ts')
    const { result, text } = await findCapacityOf({
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
    const cli = join(import.meta.dirname, '../../bin/dev.js')
    // Enough for the first probes, which need few.
    const script = 'ulimit -n 400 && exec "$@"'
    const asked = [process.execPath, cli, 'load', 'find-capacity', url, '--no-record', '--json']
    const { code, stdout } = await new Promise<{ code: unknown; stdout: string }>((resolve) => {
      execFile('sh', ['-c', script, 'sh', ...asked], (error, text) => {
        resolve({ code: error?.code ?? 0, stdout: text })
      })
    })
    server.close()
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: 'too-many-connections', data: { connections: 1000, limit: 400 } },
    })
    expect({ code, connections }).toEqual({ code: 2, connections: 0 })
  },
)
