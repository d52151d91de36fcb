// The breaker in a running system: payment is killed again and again under 500 orders a second, and once
// for a minute. How long after the kill does order:payment open, and after payment is ready again, close?
//
//   npm run bench -- breaker-live [trials]

import { systemClock } from '../src/adapters/clock.ts'
import type { SystemEvent } from '../src/events.ts'
import { parseScenario } from '../src/load/scenario.ts'
import type { AgentClient } from '../src/runtime/agent-client.ts'
import { runLoad } from '../src/runtime/load.ts'
import { entryUrl, generatedFleet } from '../test/fixtures/generated-fleet.ts'
import { renderedSystem } from '../test/fixtures/rendered-system.ts'
import { median } from './median.ts'

const ratePerSecond = 500
const edge = 'order:payment'
const openBarMs = 700
const closeBarMs = 2000
const shortMs = 2000
const longMs = 60_000
const calmMs = 3000
const statusEveryMs = 20

const ordersOnly = `
apiVersion: msvc/v1
kind: Scenario
name: orders
setup:
  - {name: token, method: POST, path: /token, expect: 200, capture: {token: body.token}}
requests:
  - name: place order
    method: POST
    path: /orders
    headers: {authorization: 'Bearer {{token}}', idempotency-key: '{{uuid}}'}
    body: {sku: book, quantity: 1, amountCents: 1999}
`

interface Trial {
  downMs: number
  openedAfterMs: number
  closedAfterMs: number
  /** How long after a transition an answer of `msvc status` told it: of the opening and of the closing. */
  statusLagsMs: [open: number, closed: number]
}

export async function benchBreakerLive(): Promise<void> {
  const trials = Number(process.argv[3] ?? 20)
  await using rendered = await renderedSystem()
  const { root } = rendered
  const { agent } = await generatedFleet(root)
  const ending = new AbortController()
  try {
    const target = await entryUrl(agent)
    const load = runLoad(
      {
        target: { baseUrl: target, scenario: parseScenario(ordersOnly, 'orders.yaml') },
        ratePerSecond,
        durationMs: 15 * 60_000,
        timeoutMs: 5000,
      },
      { signal: ending.signal },
    )
    const { events, transitionLagsMs } = follow(agent, ending.signal)
    await systemClock.sleep(2 * calmMs)
    const seen: Trial[] = []
    for (let trial = 1; trial <= trials; trial += 1) seen.push(await killOnce(agent, events, shortMs))
    const long = await killOnce(agent, events, longMs)
    ending.abort()
    const { outcomes } = await load
    console.table([...seen, long].map(rounded))
    report(seen, long, transitionLagsMs)
    reportStatus([...seen, long])
    console.log('outcomes', outcomes)
    console.log(
      'transitions to open, by edge',
      countBy(events.filter(isOpening), ({ subject }) => subject),
    )
  } finally {
    ending.abort()
    await agent.stop()
  }
}

async function killOnce(agent: AgentClient, events: SystemEvent[], downMs: number): Promise<Trial> {
  await calm(agent)
  const from = events.length
  await agent.fault({ kind: 'kill', target: 'payment', forMs: downMs })
  const withinMs = downMs + 30_000
  const after = (at: number, isIt: (event: SystemEvent) => boolean): Promise<SystemEvent> =>
    first(events, from, withinMs, (event) => event.at > at && isIt(event))
  const killed = await after(0, ({ type }) => type === 'fault.applied')
  const openShown = statusShows(agent, 'open', withinMs)
  const opened = await after(killed.at, isTransition('open'))
  const openShownAt = await openShown
  const ready = await after(
    killed.at,
    ({ type, subject }) => type === 'service.ready' && subject === 'payment',
  )
  const closedShown = statusShows(agent, 'closed', withinMs)
  const closed = await after(opened.at, isTransition('closed'))
  const trial: Trial = {
    downMs,
    openedAfterMs: opened.at - killed.at,
    closedAfterMs: closed.at - ready.at,
    statusLagsMs: [openShownAt - opened.at, (await closedShown) - closed.at],
  }
  console.error(rounded(trial))
  return trial
}

/** The time of the first answer of the agent's status in which the edge has this state. */
async function statusShows(agent: AgentClient, state: string, withinMs: number): Promise<number> {
  const endMs = systemClock.monotonicMs() + withinMs
  while (systemClock.monotonicMs() < endMs) {
    const { edges } = await agent.status()
    if (edges.some((each) => each.name === edge && each.breaker?.state === state)) return systemClock.now()
    await systemClock.sleep(statusEveryMs)
  }
  throw new Error(`the status did not show ${edge} as ${state} within ${withinMs} ms`)
}

const isOpening = (event: SystemEvent): boolean =>
  event.type === 'breaker.transition' && event.data.to === 'open'

const countBy = (events: SystemEvent[], keyOf: (event: SystemEvent) => string): Record<string, number> =>
  Object.fromEntries(Object.entries(Object.groupBy(events, keyOf)).map(([key, all]) => [key, all!.length]))

/** Closed, and so for some seconds: a busy machine opens it now and then by slow answers alone. */
async function calm(agent: AgentClient): Promise<void> {
  for (;;) {
    const state = (await agent.breakers()).find((each) => each.edge === edge)?.breaker
    if (state?.state === 'closed' && systemClock.now() - state.since > calmMs) return
    await systemClock.sleep(100)
  }
}

const isTransition =
  (to: 'open' | 'closed') =>
  (event: SystemEvent): boolean =>
    event.type === 'breaker.transition' && event.subject === edge && event.data.to === to

/** All events in a list that grows, and how late each transition reached us: the agent and we share a clock. */
function follow(
  agent: AgentClient,
  signal: AbortSignal,
): { events: SystemEvent[]; transitionLagsMs: number[] } {
  const events: SystemEvent[] = []
  const transitionLagsMs: number[] = []
  const read = async (): Promise<void> => {
    for await (const event of agent.events(0, signal)) {
      events.push(event)
      if (event.type === 'breaker.transition') transitionLagsMs.push(systemClock.now() - event.at)
    }
  }
  void read()
  return { events, transitionLagsMs }
}

async function first(
  events: SystemEvent[],
  from: number,
  withinMs: number,
  isIt: (event: SystemEvent) => boolean,
): Promise<SystemEvent> {
  const endMs = systemClock.monotonicMs() + withinMs
  for (;;) {
    const found = events.slice(from).find(isIt)
    if (found !== undefined) return found
    if (systemClock.monotonicMs() > endMs) throw new Error(`not within ${withinMs} ms: ${isIt.toString()}`)
    await systemClock.sleep(20)
  }
}

function report(seen: Trial[], long: Trial, transitionLagsMs: number[]): void {
  const opened = seen.map(({ openedAfterMs }) => openedAfterMs).toSorted((one, other) => one - other)
  const p95 = opened[Math.ceil(0.95 * opened.length) - 1] ?? Number.NaN
  const slowest = Math.max(...seen.map(({ closedAfterMs }) => closedAfterMs))
  const line = (what: string, seenMs: number, barMs: number): void =>
    console.log(`${what}: ${Math.round(seenMs)} ms (≤ ${barMs}: ${seenMs <= barMs ? 'reached' : 'MISSED'})`)
  line(`open p95 of ${seen.length} trials, after the kill`, p95, openBarMs)
  line('closed after payment was ready again, slowest', slowest, closeBarMs)
  line('the same after an outage of 60 s', long.closedAfterMs, closeBarMs)
  const lags = transitionLagsMs.toSorted((one, other) => one - other)
  line(`transition in the event stream, p95 of ${lags.length}`, lags[Math.ceil(0.95 * lags.length) - 1]!, 250)
  console.log(`open median: ${Math.round(median(opened))} ms`)
}

function reportStatus(trials: Trial[]): void {
  const lags = trials.flatMap(({ statusLagsMs }) => statusLagsMs).toSorted((one, other) => one - other)
  const p95 = Math.round(lags[Math.ceil(0.95 * lags.length) - 1]!)
  const verdict = p95 <= 250 ? 'reached' : 'MISSED'
  console.log(`transition in \`msvc status\`, p95 of ${lags.length}: ${p95} ms (≤ 250: ${verdict})`)
}

const rounded = ({ downMs, openedAfterMs, closedAfterMs, statusLagsMs }: Trial): Trial => ({
  downMs,
  openedAfterMs: Math.round(openedAfterMs),
  closedAfterMs: Math.round(closedAfterMs),
  statusLagsMs: [Math.round(statusLagsMs[0]), Math.round(statusLagsMs[1])],
})
