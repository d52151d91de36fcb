// `msvc load URL -c 50`: how much a target takes from so many connections, and what that does not show.
// autocannon does it, or our own engine with --engine msvc.

import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { createConnector } from '../adapters/load-socket.ts'
import { resolveHost, takesConnections } from '../adapters/load-target.ts'
import { errors } from '../errors.ts'
import { type ClosedBooks, countsOfClosed, startClosedEngine } from '../load/closed-engine.ts'
import { countOf, createHistogram, percentiles } from '../load/histogram.ts'
import { openWire } from '../load/http-wire.ts'
import { limitsOf, type LoadTarget, schedulePlanned, targetOf } from '../load/plan.ts'
import { type CompiledRequest, compileRequest, UnsendableRequest } from '../load/request.ts'
import type { SaturationPlan } from '../ports.ts'
import type { SaturationProgress, SaturationReport } from '../system/load-report.ts'
import { laterBy } from './load-timers.ts'
import { refusePublic, refuseTooManyConnections } from './load-refusals.ts'

type Measured = Pick<
  SaturationReport,
  | 'answers'
  | 'elapsedMs'
  | 'throughput'
  | 'statuses'
  | 'errors'
  | 'timeouts'
  | 'outcomes'
  | 'failures'
  | 'serviceMs'
>

const everyEngine =
  'Latency under a given load: each connection waits for its answer before it asks again, so a slow target is asked less (coordinated omission).'
const notMeasured = {
  msvc: [everyEngine, 'Anything about requests that were never sent.'],
  autocannon: [
    everyEngine,
    'Times below 1 ms, and anything about requests that were never sent.',
    'Which requests a broken connection took with it: autocannon pairs later answers with them. Use --rps for tests with faults.',
  ],
} as const
const withRate =
  'An even rate: autocannon sends the requests of each second in one burst, and fewer when the target is slow.'
const withTls = 'Whether the certificate is valid: autocannon takes any.'

export interface SaturationOptions {
  signal?: AbortSignal
  isOwnTarget?: boolean
  engine?: SaturationReport['engine']
  onProgress?: (progress: SaturationProgress) => void
}

/** Throws a UserError for a bad plan, an unknown host, and a target that takes no connection. */
export async function runSaturation(
  plan: SaturationPlan,
  { signal, isOwnTarget = false, engine = 'autocannon', onProgress }: SaturationOptions = {},
): Promise<SaturationReport> {
  const { url, connections, durationMs, ratePerSecond } = plan
  const target = targetOf({ target: { url }, ratePerSecond: 1, durationMs })
  // The same limits as with a rate; one arrival a millisecond stands for "any rate".
  schedulePlanned({ ...plan, target: { url }, ratePerSecond: ratePerSecond ?? 1000 })
  limitsOf({ ...plan, target: { url }, ratePerSecond: ratePerSecond ?? 1000 })
  refuseTooManyConnections(connections)
  const request = requestOf(plan, target)
  // It would send them as they stand.
  if (engine === 'autocannon' && request.hasGaps)
    throw errors.badValue(
      '--engine',
      engine,
      'msvc, for a request that is new each time ({{uuid}}, {{arrival}})',
    )
  const address = await resolveHost(target.hostname, target.port, signal)
  if (!isOwnTarget) refusePublic(target.hostname, address)
  // autocannon would reconnect to a dead port as fast as it can, for the whole time.
  if (!(await takesConnections(address, target.port))) throw errors.targetUnreachable(target.url)
  const startedAt = Date.now()
  const measured =
    engine === 'msvc'
      ? await saturateOurselves(plan, { request, target, address, signal, onProgress })
      : await saturateByAutocannon(plan, { signal, onProgress })
  return {
    version: 1,
    engine,
    model: 'closed',
    target: target.url,
    startedAt,
    connections,
    durationMs,
    isInterrupted: signal?.aborted === true,
    ...measured,
    limit: limitOf(measured),
    throughput: Math.round(measured.throughput * 10) / 10,
    notMeasured: [
      ...(ratePerSecond === undefined ? [] : [withRate]),
      ...notMeasured[engine],
      ...(target.isSecure && engine === 'autocannon' ? [withTls] : []),
    ],
  }
}

/** As in an open run, this is told and not judged. */
function limitOf({ statuses, answers }: Measured): string | null {
  if (answers === 0) return 'no request was answered: this says nothing of what the target takes'
  const isOk = Object.keys(statuses).some((status) => Number(status) < 400)
  return isOk ? null : 'no answer had a status below 400: this says nothing of what the target takes'
}

interface Watchers {
  signal: AbortSignal | undefined
  onProgress: SaturationOptions['onProgress'] | undefined
}

async function saturateByAutocannon(
  plan: SaturationPlan,
  { signal, onProgress }: Watchers,
): Promise<Measured> {
  // 160 ms of start-up, only when asked for.
  const { saturate } = await import('../adapters/autocannon.ts')
  const sofar = { answers: 0, failures: 0, serviceMs: null }
  using _ = tellProgress(() => sofar, onProgress)
  const { latencyMs, ...measured } = await saturate(plan, {
    signal,
    onAnswer: () => void sofar.answers++,
    onFailure: () => void sofar.failures++,
  })
  const serviceMs = measured.answers === 0 ? percentiles(createHistogram()) : latencyMs
  return { ...measured, serviceMs }
}

const tellEveryMs = 200

/** Until it is disposed. */
function tellProgress(
  read: () => Pick<SaturationProgress, 'answers' | 'failures' | 'serviceMs'>,
  onProgress: SaturationOptions['onProgress'],
): Disposable {
  if (onProgress === undefined) return { [Symbol.dispose]() {} }
  const startMs = performance.now()
  const perSecond: number[] = []
  let last = { elapsedMs: 0, answers: 0 }
  let told = 0
  const telling = setInterval(() => {
    const elapsedMs = performance.now() - startMs
    const now = read()
    // A second ends between two looks, and has its share of what was answered between them.
    for (let end = (perSecond.length + 1) * 1000; end <= elapsedMs; end += 1000) {
      const share = (end - last.elapsedMs) / (elapsedMs - last.elapsedMs)
      const until = Math.round(last.answers + share * (now.answers - last.answers))
      perSecond.push(until - told)
      told = until
    }
    last = { elapsedMs, answers: now.answers }
    onProgress({ elapsedMs, ...now, perSecond })
  }, tellEveryMs)
  return { [Symbol.dispose]: () => clearInterval(telling) }
}

const tickEveryMs = 10

async function saturateOurselves(
  plan: SaturationPlan,
  {
    request,
    target,
    address,
    signal,
    onProgress,
  }: Watchers & { request: CompiledRequest; target: LoadTarget; address: string },
): Promise<Measured> {
  const { isUnverified = false } = plan
  const secureName = target.isSecure ? target.hostname : null
  const connect = createConnector({ address, port: target.port, secureName, isUnverified })
  const startMs = performance.now()
  const engine = startClosedEngine({
    request,
    connections: plan.connections,
    timeoutMs: plan.timeoutMs,
    nowMs: () => performance.now(),
    uuid: () => randomUUID(),
    connect: (events) => openWire(connect, events, laterBy),
  })
  const ticking = setInterval(() => engine.tick(), tickEveryMs)
  using _ = tellProgress(() => progressIn(engine.books), onProgress)
  try {
    await sleep(plan.durationMs, undefined, { ...(signal !== undefined && { signal }) })
  } catch (error) {
    // Ctrl-C: what was measured until now is the result, and says so.
    if (signal?.aborted !== true) throw error
  } finally {
    clearInterval(ticking)
    engine.stop()
  }
  return measuredIn(engine.books, performance.now() - startMs)
}

function progressIn({ outcomes, service }: ClosedBooks) {
  const answers = countOf(service)
  const ended = Object.values(outcomes).reduce((sum, times) => sum + times, 0)
  return { answers, failures: ended - answers, serviceMs: percentiles(service) }
}

function measuredIn(books: ClosedBooks, elapsedMs: number): Measured {
  const outcomes = countsOfClosed(books)
  const answers = countOf(books.service)
  const { unfinished = 0, timeout = 0 } = outcomes
  return {
    answers,
    elapsedMs,
    throughput: elapsedMs > 0 ? (answers * 1000) / elapsedMs : 0,
    statuses: books.statuses,
    errors: books.begun - answers - unfinished,
    timeouts: timeout,
    outcomes,
    failures: books.failures.list(),
    serviceMs: percentiles(books.service),
  }
}

/** Throws `request-invalid`: whichever engine sends it, it is refused before it is. */
function requestOf({ method, headers, body }: SaturationPlan, target: LoadTarget): CompiledRequest {
  const source = { name: method, method, path: target.path, headers, body: body ?? null, expect: null }
  try {
    return compileRequest(source, target, {})
  } catch (error) {
    if (!(error instanceof UnsendableRequest)) throw error
    throw errors.requestInvalid(method, error.message)
  }
}
