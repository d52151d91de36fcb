import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { request } from 'undici'
import { deadUrl, eventually, runStandIn, temporaryFolder } from '../src/testing.ts'
import { start } from './fixtures/start.ts'

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

  test('a collector of traces that is away or never answers holds the end up by no more than a second', async (t) => {
    const silent = await runStandIn(t, () => 'hang')
    for (const endpoint of [await deadUrl(), silent.url]) {
      const { child, ready, exited, logged } = start(t, { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint })
      const { url } = await ready()
      await (await request(`${url}/count`)).body.dump()
      child.kill('SIGTERM')
      assert.deepEqual(await exited, [0, null], endpoint)
      // Without a limit the exporter tries for ten seconds; more than one of ours is a busy machine.
      const took = Number(logged('closed')?.['time']) - Number(logged('closing')?.['time'])
      assert.ok(took < 5000, `${took} ms`)
    }
  })

  test('SIGTERM while the service still starts is heard, and ends it as well', async (t) => {
    const { child, exited, logged } = start(t, { LOG_LEVEL: 'debug' })
    await eventually(() => logged('starting'), 60_000)
    child.kill('SIGTERM')
    assert.deepEqual(await exited, [0, null])
    assert.ok(logged('closed'))
  })

  test('SIGTERM ends a process that waits for the data of another, which goes on', async (t) => {
    const env = { DATA_DIR: temporaryFolder(t) }
    const first = start(t, env)
    const { url } = await first.ready()
    const second = start(t, env)
    await eventually(() => second.logged('another process has the data'), 60_000)
    second.child.kill('SIGTERM')
    assert.deepEqual(await second.exited, [0, null])
    assert.ok(second.logged('ended before it had started'))
    assert.equal((await request(`${url}/readyz`)).statusCode, 200)
  })

  test('the end of standard input ends a service that was asked to listen for it', async (t) => {
    const { child, ready, exited } = start(t, { EXIT_ON_STDIN_END: '1', DRAIN_MS: '60000' })
    await ready()
    child.stdin?.end()
    assert.deepEqual(await exited, [0, null])
  })

  test('it does so at once, also when the service is draining already', async (t) => {
    const { child, ready, exited, logged } = start(t, { EXIT_ON_STDIN_END: '1', DRAIN_MS: '60000' })
    await ready()
    child.kill('SIGTERM')
    await eventually(() => logged('closing'))
    child.stdin?.end()
    assert.deepEqual(await exited, [0, null])
    assert.ok(logged('closed'))
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
