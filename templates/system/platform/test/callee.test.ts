import assert from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createBreakers } from '../src/breakers.ts'
import { createCallee, type CallRequest } from '../src/callee.ts'
import { systemClock } from '../src/clock.ts'
import { resolvePolicy, type PolicyOverrides } from '../src/policy-config.ts'
import { runWithRequest, type RequestContext } from '../src/request-context.ts'
import { createTelemetry, untracedSpan } from '../src/telemetry.ts'
import { deadUrl, eventually, runStandIn, type StandInAnswer } from '../src/testing.ts'

const telemetry = await createTelemetry({
  service: 'order',
  endpoint: undefined,
  tracesPerSecond: 100,
  clock: systemClock,
})

function calleeAt(t: TestContext, url: string, attemptTimeoutMs = 150, overrides: PolicyOverrides = {}) {
  const breakers = createBreakers()
  const callee = createCallee({
    caller: 'order',
    name: 'payment',
    url,
    config: resolvePolicy('inside', [{ attemptTimeoutMs }, overrides]),
    clock: systemClock,
    breakers,
    telemetry,
  })
  t.after(() => callee.close())
  return callee
}

async function callStandIn(t: TestContext, answer: StandInAnswer) {
  const { url } = await runStandIn(t, () => answer)
  // Patient with a busy machine, where patience is not what is asked about.
  const callee = calleeAt(t, url, answer === 'hang' ? 150 : 2000)
  return { result: await callee.call({ method: 'GET', path: '/' }), counts: callee.breaker.counts }
}

const requestWith = (context: Partial<RequestContext>): RequestContext => ({
  span: untracedSpan(undefined),
  deadlineMs: systemClock.monotonicMs() + 5000,
  retryAttempt: 0,
  ...context,
})

describe('what an answer says about the callee', () => {
  const table = [
    { status: 200, counts: 'success' },
    { status: 404, counts: 'success' },
    { status: 429, counts: 'success' },
    { status: 500, counts: 'failure' },
    { status: 501, counts: 'success' },
    { status: 503, counts: 'failure' },
  ] as const
  for (const { status, counts: expected } of table) {
    test(`${status} counts as ${expected}`, async (t) => {
      const { result, counts } = await callStandIn(t, { status, body: { status } })
      assert.equal(counts[expected], 1)
      assert.ok(result.kind === 'answered')
      assert.deepEqual([result.status, result.body], [status, JSON.stringify({ status })])
    })
  }

  test('a broken connection counts as failure', async (t) => {
    const { result, counts } = await callStandIn(t, 'reset')
    assert.equal(counts.failure, 1)
    assert.ok(result.kind === 'failed' && result.reason === 'network' && result.sent)
  })

  test('nobody listening counts as failure, and nothing was sent', async (t) => {
    const callee = calleeAt(t, await deadUrl())
    const result = await callee.call({ method: 'GET', path: '/' })
    assert.equal(callee.breaker.counts.failure, 1)
    assert.ok(result.kind === 'failed' && result.reason === 'network' && !result.sent)
    assert.match(result.message, /ECONNREFUSED/)
  })

  test('silence beyond the time of an attempt counts as failure, and may have been acted on', async (t) => {
    const { result, counts } = await callStandIn(t, 'hang')
    assert.equal(counts.failure, 1)
    assert.ok(result.kind === 'failed' && result.reason === 'timeout' && result.sent)
  })

  test('a caller who gives up says nothing', async (t) => {
    const { url } = await runStandIn(t, () => 'hang')
    const callee = calleeAt(t, url)
    const result = await callee.call({ method: 'GET', path: '/', signal: AbortSignal.timeout(20) })
    assert.equal(callee.breaker.counts.ignored, 1)
    assert.ok(result.kind === 'failed' && result.reason === 'aborted')
  })

  test('a deadline that comes before the time of an attempt is over says nothing', async (t) => {
    const { url } = await runStandIn(t, () => 'hang')
    const callee = calleeAt(t, url)
    const context = requestWith({ deadlineMs: systemClock.monotonicMs() + 50 })
    const result = await runWithRequest(context, () => callee.call({ method: 'GET', path: '/' }))
    assert.equal(callee.breaker.counts.ignored, 1)
    assert.ok(result.kind === 'failed' && result.reason === 'deadline')
  })
})

test('a call without time left is not made', async (t) => {
  const { url, requests } = await runStandIn(t, () => ({ status: 200 }))
  const callee = calleeAt(t, url)
  const context = requestWith({ deadlineMs: systemClock.monotonicMs() + 9 })
  const result = await runWithRequest(context, () => callee.call({ method: 'GET', path: '/' }))
  assert.ok(result.kind === 'failed' && result.reason === 'deadline' && !result.sent)
  assert.equal(requests.length, 0)
})

test('a call refused by the breaker is not made', async (t) => {
  const { url, requests } = await runStandIn(t, () => ({ status: 200 }))
  const callee = calleeAt(t, url)
  callee.breaker.force('forced_open', 5000)
  const result = await callee.call({ method: 'GET', path: '/' })
  assert.ok(result.kind === 'refused' && result.retryAfterMs > 4000)
  assert.equal(requests.length, 0)
})

test('deadline, attempt, trace and idempotency key go along', async (t) => {
  const { url, requests } = await runStandIn(t, () => ({ status: 200 }))
  const callee = calleeAt(t, url, 5000)
  const parent = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', isSampled: true }
  const context = requestWith({
    span: untracedSpan(parent),
    deadlineMs: systemClock.monotonicMs() + 1000,
    retryAttempt: 2,
  })
  const call = () => callee.call({ method: 'POST', path: '/charges', body: { a: 1 }, idempotencyKey: 'k1' })
  await runWithRequest(context, call)
  const [request] = requests
  assert.equal(request?.body, '{"a":1}')
  const headers = request?.headers ?? {}
  const deadlineMs = Number(headers['x-deadline-ms'])
  assert.ok(deadlineMs > 900 && deadlineMs <= 990, `${deadlineMs} ms`)
  assert.equal(headers['x-retry-attempt'], '2')
  assert.equal(headers['idempotency-key'], 'k1')
  assert.equal(headers['content-type'], 'application/json')
  assert.match(String(headers['traceparent']), /^00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-01$/)
  assert.doesNotMatch(String(headers['traceparent']), /00f067aa0ba902b7/)
})

describe('repeating a call over HTTP', () => {
  const generous = { retry: { baseMs: 1, maxMs: 2 }, retryBudget: { perSecond: 1000 } }

  async function callBroken(
    t: TestContext,
    request: Partial<CallRequest>,
    context?: Partial<RequestContext>,
  ): Promise<(string | undefined)[]> {
    const { url, requests } = await runStandIn(t, () => ({ status: 503 }))
    const callee = calleeAt(t, url, 150, generous)
    await sleep(10) // the budget grows with time: a thousand a second
    const call = () => callee.call({ method: 'GET', path: '/', ...request })
    await (context === undefined ? call() : runWithRequest(requestWith(context), call))
    return requests.map(({ headers }) => headers['x-retry-attempt'] as string | undefined)
  }

  test('the outermost hop repeats what is idempotent or has a key, and numbers its attempts', async (t) => {
    assert.deepEqual(await callBroken(t, {}), ['0', '1', '2'])
    assert.deepEqual(await callBroken(t, { method: 'POST' }), ['0'])
    assert.deepEqual(await callBroken(t, { method: 'POST', idempotencyKey: 'k1' }), ['0', '1', '2'])
    assert.deepEqual(await callBroken(t, {}, { retryAttempt: undefined }), ['0', '1', '2'])
  })

  test('a hop below one that repeats does not, and passes the number on', async (t) => {
    assert.deepEqual(await callBroken(t, {}, { retryAttempt: 0 }), ['0'])
    assert.deepEqual(await callBroken(t, {}, { retryAttempt: 2 }), ['2'])
    assert.deepEqual(await callBroken(t, { retryAttempt: 7 }), ['7'])
  })

  test('an attempt that may have been acted on is remembered when the next one was not sent', async (t) => {
    const { url } = await runStandIn(t, () => 'reset')
    const callee = calleeAt(t, url, 150, generous)
    await sleep(10)
    const result = await callee.call({ method: 'GET', path: '/' })
    assert.ok(result.kind === 'failed' && result.sent)
  })
})

test('a recovery probe asks /readyz where the calls go, and no trace of a request hangs on to it', async (t) => {
  let isUp = false
  const { url, requests } = await runStandIn(t, () => ({ status: isUp ? 200 : 500 }))
  const callee = calleeAt(t, url, 150, {
    recoveryProbe: { everyMs: 20 },
    breaker: { openMs: 15_000, rateRule: { minCalls: 1 } },
  })
  await callee.call({ method: 'GET', path: '/' })
  assert.equal(callee.breaker.state, 'open')
  await eventually(() => (requests.filter(({ path }) => path === '/readyz').length >= 2 ? true : undefined))
  isUp = true
  await eventually(() => (callee.breaker.state === 'half_open' ? true : undefined))
  for (let count = 0; count < 3; count += 1) await callee.call({ method: 'GET', path: '/' })
  assert.equal(callee.breaker.state, 'closed')
  assert.ok(
    requests
      .filter(({ path }) => path === '/readyz')
      .every(({ headers }) => headers['traceparent'] === undefined),
  )
})

test('a fallback answers instead of a callee that is away', async (t) => {
  const callee = calleeAt(t, await deadUrl())
  const old = { kind: 'answered', status: 200, headers: {}, body: 'from the cache' } as const
  const result = await callee.call({ method: 'GET', path: '/', fallback: () => old })
  assert.deepEqual(result, old)
  const none = await callee.call({ method: 'GET', path: '/', fallback: () => undefined })
  assert.equal(none.kind, 'failed')
})

test('more calls than the bulkhead has places are refused at once', async (t) => {
  const { url } = await runStandIn(t, () => 'hang')
  const callee = calleeAt(t, url, 150, { bulkhead: { limit: 2 } })
  const calls = Array.from({ length: 5 }, () => callee.call({ method: 'GET', path: '/' }))
  const kinds = (await Promise.all(calls)).map((result) =>
    result.kind === 'refused' ? result.by : result.kind,
  )
  assert.deepEqual(kinds, ['failed', 'failed', 'bulkhead', 'bulkhead', 'bulkhead'])
})
