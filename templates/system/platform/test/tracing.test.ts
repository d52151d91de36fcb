// Traces through two real processes, the first one facing the outside, into a collector.

import assert from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { request } from 'undici'
import { eventually, readMetric, runStandIn } from '../src/testing.ts'
import { spansIn } from './exported-spans.ts'
import { start } from './fixtures/start.ts'

const key = 'a key of sixteen characters or more'
const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const traceparent = `00-${traceId}-00f067aa0ba902b7-01`

async function startPair(t: TestContext, tracesPerSecond: number, env: Record<string, string> = {}) {
  const collector = await runStandIn(t, () => ({ status: 200, body: {} }))
  const common = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, CANARY_KEY: key, ...env }
  const inner = start(t, { ...common, SERVICE_NAME: 'inner', TRACES_PER_SECOND: '1000' }, 'pipe', hop)
  const { url: NEXT_URL, adminUrl: innerAdminUrl } = await inner.ready()
  const outer = start(
    t,
    {
      ...common,
      SERVICE_NAME: 'outer',
      IS_EDGE: '1',
      NEXT_URL,
      TRACES_PER_SECOND: String(tracesPerSecond),
    },
    'pipe',
    hop,
  )
  const { url, adminUrl } = await outer.ready()
  return {
    inner,
    outer,
    adminUrl,
    innerAdminUrl,
    ask: async (path: string, headers: Record<string, string> = {}) =>
      (await request(url + path, { headers })).body.dump(),
    /** All that was sent, once both have ended. */
    async spans() {
      outer.child.kill('SIGTERM')
      await outer.exited
      inner.child.kill('SIGTERM')
      await inner.exited
      return spansIn(collector.requests)
    },
  }
}

const hop = 'hop-service.ts'

/** What fails is to reach the inner one, however often. */
async function disableBreaker(adminUrl: string): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const order = { method: 'POST', headers, body: '{"state":"disabled"}' } as const
  const { statusCode, body } = await request(`${adminUrl}/breakers/outer:next`, order)
  await body.dump()
  assert.equal(statusCode, 200)
}

const whole = ['inner server', 'outer client', 'outer server']

describe('traces through two processes', () => {
  test('the edge decides for both: each trace is recorded whole or not at all', async (t) => {
    const { ask, spans } = await startPair(t, 3)
    const startedMs = performance.now()
    for (let count = 0; count < 60; count += 1) await ask('/fine')
    const seconds = (performance.now() - startedMs) / 1000
    const traces = Object.values(Object.groupBy(await spans(), (span) => span.traceId))
    assert.ok(traces.length >= 3 && traces.length <= 3 + 3 * seconds, `${traces.length} in ${seconds} s`)
    for (const trace of traces) assert.deepEqual(placesOf(trace!), whole)
  })

  test('at low traffic every request is recorded', async (t) => {
    const { ask, spans } = await startPair(t, 100)
    for (let count = 0; count < 40; count += 1) await ask('/fine')
    const found = await spans()
    assert.equal(new Set(found.map((span) => span.traceId)).size, 40)
    assert.equal(found.length, 120)
  })

  test('a canary is recorded always and in its own trace, a stranger who says so is not', async (t) => {
    const { ask, spans } = await startPair(t, 0)
    await ask('/fine', { traceparent })
    await ask('/fine', { traceparent, 'x-canary-key': key.toUpperCase() })
    await ask('/fine', { traceparent, 'x-canary-key': '' })
    await ask('/fine', { traceparent, 'x-canary-key': key })
    const found = await spans()
    assert.deepEqual(placesOf(found), whole)
    assert.deepEqual([...new Set(found.map((span) => span.traceId))], [traceId])
  })

  test('what fails unsampled is recorded where it failed, within bounds, and counted beyond them', async (t) => {
    const { ask, adminUrl, innerAdminUrl, spans } = await startPair(t, 0)
    await disableBreaker(adminUrl)
    await ask('/fine')
    const startedMs = performance.now()
    for (let batch = 0; batch < 10; batch += 1) {
      await Promise.all(Array.from({ length: 20 }, () => ask('/broken')))
    }
    const seconds = (performance.now() - startedMs) / 1000
    const count = async (fate: string, of = innerAdminUrl) =>
      (await readMetric(of, `telemetry_spans_total{fate="${fate}"}`)) ?? Number.NaN
    const ofInner = { failed: await count('failed'), withheld: await count('withheld') }
    const others = [await count('unsampled'), await count('sampled')]
    const ofOuter = await count('failed', adminUrl)
    const found = await spans()
    const placed = found.map(placeOf)
    assert.equal(placed.filter((place) => place === 'inner server').length, ofInner.failed)
    assert.equal(placed.filter((place) => place.startsWith('outer')).length, ofOuter)
    assert.ok(
      ofInner.failed >= 25 && ofInner.failed <= 26 + 25 * seconds,
      `${ofInner.failed} in ${seconds} s`,
    )
    assert.equal(ofInner.failed + ofInner.withheld, 200)
    assert.deepEqual(others, [1, 0])
    // The span of a call that failed never comes without the one of the request that made it.
    const servers = new Set(found.filter(({ kind }) => kind === 2).map(({ spanId }) => spanId))
    const calls = found.filter(({ kind }) => kind === 3)
    assert.ok(calls.length > 0 && calls.every(({ parentSpanId }) => servers.has(parentSpanId ?? '')))
  })

  test('log lines of both are joined by the trace id, also of a trace that nobody records', async (t) => {
    const { ask, inner, outer, spans } = await startPair(t, 0)
    await ask('/fine?number=1')
    await ask('/fine?number=2')
    const ids = await eventually(() => twoIdsIn(inner.lines(), 'served'))
    assert.deepEqual(twoIdsIn(outer.lines(), 'served'), ids)
    assert.match(ids[0] ?? '', /^[0-9a-f]{32}$/)
    assert.notEqual(ids[0], ids[1])
    assert.equal(
      outer.lines().filter(({ msg }) => msg === 'answered').length,
      0,
      'not one line for each request',
    )
    assert.deepEqual(await spans(), [])
  })

  test('at the level debug, both have a line for each request, in its trace', async (t) => {
    const { ask, inner, outer } = await startPair(t, 0, { LOG_LEVEL: 'debug' })
    await ask('/fine?number=1')
    await ask('/fine?number=2')
    const ids = await eventually(() => twoIdsIn(inner.lines(), 'answered'))
    assert.deepEqual(await eventually(() => twoIdsIn(outer.lines(), 'answered')), ids)
    const line = outer.lines().find(({ msg }) => msg === 'answered')
    assert.deepEqual([line?.['method'], line?.['url'], line?.['status']], ['GET', '/fine?number=1', 200])
  })
})

type Found = ReturnType<typeof spansIn>[number]

const placeOf = ({ service, kind }: Found): string => `${service} ${kind === 2 ? 'server' : 'client'}`

const placesOf = (spans: Found[]): string[] => spans.map(placeOf).toSorted()

/** The traces of such lines, when there are two of them. */
function twoIdsIn(lines: Record<string, string>[], message: string): (string | undefined)[] | undefined {
  const found = lines.filter(({ msg }) => msg === message).map((line) => line['trace_id'])
  return found.length === 2 ? found : undefined
}
