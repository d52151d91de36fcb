import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import { request } from 'undici'
import { eventually, runStandIn, temporaryFolder } from '../src/testing.ts'

const fixture = join(import.meta.dirname, 'fixtures/slow-service.ts')

/** Nobody listens there: the port is below those that systems give out. */
const away = { PAYMENT_URL: 'http://127.0.0.1:1' }

/** A service as a process of its own, with its log lines. */
function start(t: TestContext, env: Record<string, string> = {}, stdin: 'pipe' | 'ignore' = 'pipe') {
  const child = spawn(process.execPath, [fixture], {
    env: {
      ...process.env,
      ...away,
      SERVICE_NAME: 'slow',
      DATA_DIR: temporaryFolder(t),
      DRAIN_MS: '200',
      ...env,
    },
    stdio: [stdin, 'pipe', 'inherit'],
  })
  t.after(() => void child.kill('SIGKILL'))
  let text = ''
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  const lines = () =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, string>)
  const logged = (message: string) => lines().find(({ msg }) => msg?.startsWith(message))
  const ready = async () => {
    const { url, adminUrl } = await eventually(() => logged('ready'), 20_000)
    assert.ok(url !== undefined && adminUrl !== undefined)
    return { url, adminUrl }
  }
  const exited = once(child, 'exit') as Promise<[number | null, string | null]>
  return { child, lines, logged, ready, exited }
}

// A few at a time, because most of each is the start of a process.
describe('the life of a service', { concurrency: 4 }, () => {
  test('SIGTERM: unready, then what is in flight is answered, then exit 0', async (t) => {
    const { child, ready, exited, logged } = start(t)
    const { url, adminUrl } = await ready()
    const slow = request(`${url}/slow`)
    await eventually(async () =>
      (await (await request(`${url}/count`)).body.text()) === '1' ? true : undefined,
    )
    child.kill('SIGTERM')
    await eventually(async () =>
      (await request(`${adminUrl}/readyz`)).statusCode === 503 ? true : undefined,
    )
    assert.equal((await request(`${adminUrl}/livez`)).statusCode, 200)
    const response = await slow
    assert.equal(response.statusCode, 200)
    assert.equal(await response.body.text(), 'done')
    assert.deepEqual(await exited, [0, null])
    assert.ok(logged('closed'))
  })

  test('the end of standard input ends a service that was asked to listen for it', async (t) => {
    const { child, ready, exited } = start(t, { EXIT_ON_STDIN_END: '1', DRAIN_MS: '60000' })
    await ready()
    child.stdin?.end()
    assert.deepEqual(await exited, [0, null])
  })

  test('standard input that is empty from the start ends it too', async (t) => {
    const { exited } = start(t, { EXIT_ON_STDIN_END: '1', DRAIN_MS: '60000' }, 'ignore')
    assert.deepEqual(await exited, [0, null])
  })

  test('a bad environment ends the start with the name of the variable', async (t) => {
    const { exited, logged } = start(t, { PORT: 'abc' })
    assert.deepEqual(await exited, [1, null])
    assert.equal(logged('bad environment')?.['msg'], 'bad environment: PORT must be integer')
  })

  test('an impossible setting ends the start with its path', async (t) => {
    const { exited, logged } = start(t, { PAYMENT_POLICY: '{"bulkhead":{"limit":0}}' })
    assert.deepEqual(await exited, [1, null])
    const message = 'PAYMENT_POLICY.bulkhead.limit must be a whole number, 1 or more, but is 0'
    assert.ok(logged(`impossible setting: ${message}`))
  })

  test('a transition is logged with the trace of the call that caused it, refusals are not', async (t) => {
    const { ready, logged, lines } = start(t)
    const { url } = await ready()
    const traceparent = (index: number) => `00-${String(index).padStart(32, 'a')}-00f067aa0ba902b7-01`
    for (let index = 0; index < 40; index += 1) {
      await (await request(`${url}/pay`, { headers: { traceparent: traceparent(index) } })).body.dump()
    }
    const line = await eventually(() => logged('breaker open'))
    assert.equal(line['trace_id'], traceparent(19).split('-')[1])
    assert.equal(lines().filter(({ msg }) => msg?.startsWith('breaker')).length, 1)
  })

  test('so is one that a time limit caused; one that the recovery probe caused has no trace', async (t) => {
    let isUp = false
    const payment = await runStandIn(t, () => (isUp ? { status: 200 } : 'hang'))
    const { ready, logged } = start(t, {
      PAYMENT_URL: payment.url,
      PAYMENT_POLICY:
        '{"attemptTimeoutMs":100,"breaker":{"openMs":15000,"rateRule":{"minCalls":1}},"recoveryProbe":{"everyMs":50}}',
    })
    const { url } = await ready()
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
    await (await request(`${url}/pay`, { headers: { traceparent } })).body.dump()
    const opened = await eventually(() => logged('breaker open'))
    assert.equal(opened['trace_id'], '4bf92f3577b34da6a3ce929d0e0e4736')
    isUp = true
    const halfOpen = await eventually(() => logged('breaker half_open'))
    assert.equal(halfOpen['reason'], 'a recovery probe was answered')
    assert.equal(halfOpen['trace_id'], undefined)
  })

  test('an uncaught error is logged, and the exit code is 1', async (t) => {
    const { ready, exited, logged } = start(t)
    const { url } = await ready()
    await request(`${url}/crash`).catch((error: Error) => error)
    assert.deepEqual(await exited, [1, null])
    assert.equal(logged('uncaught error')?.['level'], 'fatal')
  })

  test('an error in a handler is answered 500 without its message, and logged with its trace', async (t) => {
    const { ready, logged } = start(t)
    const { url } = await ready()
    const { statusCode, body } = await request(`${url}/throw`)
    assert.equal(statusCode, 500)
    assert.doesNotMatch(await body.text(), /secret/)
    const line = await eventually(() => logged('request failed'))
    assert.match(line['trace_id'] ?? '', /^[0-9a-f]{32}$/)
    assert.match(line['span_id'] ?? '', /^[0-9a-f]{16}$/)
  })
})
