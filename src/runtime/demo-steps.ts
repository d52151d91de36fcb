// The steps of the demo, in order. Each returns what it saw, or throws StepFailed with what it saw
// instead.

import { basename, dirname } from 'node:path'
import { systemClock } from '../adapters/clock.ts'
import { diskFiles } from '../adapters/files.ts'
import { okShare, outcomesIn } from '../chaos/demo.ts'
import { checkOrders, type OrdersCheck } from '../chaos/orders-check.ts'
import { isAbout, type BreakerState, type OutcomeCounts, type SystemEvent } from '../events.ts'
import { loadSystem } from '../system/load-system.ts'
import { onFreePorts } from '../system/system.ts'
import { demoLoad, startLoad } from './demo-load.ts'
import { eventWithin, given, StepFailed, untilWithin, type DemoScene } from './demo-scene.ts'
import { runLoad } from './load.ts'
import { newSystem } from './new.ts'
import { orderRecords } from './order-records.ts'
import { untilSettled } from './until-settled.ts'
import { startFleet } from './up.ts'

export interface PlannedStep {
  name: string
  take(scene: DemoScene): Promise<string>
}

export const demoSteps: readonly PlannedStep[] = [
  { name: 'make a system', take: makeSystem },
  { name: 'start it', take: startSystem },
  { name: 'warm it up', take: warmUp },
  { name: 'serve orders', take: serveOrders },
  { name: 'kill payment', take: killPayment },
  { name: 'the breaker opens', take: breakerOpens },
  { name: 'payment comes back', take: paymentComesBack },
  { name: 'the breaker closes', take: breakerCloses },
  { name: 'orders were accepted all the while', take: ordersWereAccepted },
  { name: 'the pending orders are paid', take: pendingOrdersArePaid },
  { name: 'nothing is lost, nobody is charged twice', take: nothingIsLost },
]

/** What an event reaches us later than it happened; a wait is longer by this than the limit it judges. */
const newsMs = 2_000
const askAgainMs = 100

async function makeSystem({ root, options }: DemoScene): Promise<string> {
  if (options.systemFolder !== undefined) return `${root}, as it is`
  const made = await newSystem(basename(root), {
    folder: dirname(root),
    cliVersion: options.cliVersion,
    dryRun: false,
    install: true,
    git: false,
    progress: (text) => options.watch.note(text),
    signal: options.signal,
  })
  if (made.install.state !== 'done') throw new StepFailed(made.install.reason)
  return `${made.files.length} files, dependencies installed in ${made.install.seconds.toFixed(1)} s`
}

async function startSystem(scene: DemoScene): Promise<string> {
  const { root, options } = scene
  // On free ports, so that the demo does not mind a system that runs already.
  const system = onFreePorts(await loadSystem(root, diskFiles))
  const { cliVersion, signal } = options
  const fleet = await startFleet({ root, cliVersion, signal, system, attached: true })
  if (fleet.kind === 'was-running') {
    throw new StepFailed(`${system.name} runs already; end it with \`msvc down\` in ${root}`)
  }
  scene.agent = fleet.agent
  const status = await fleet.agent.status()
  return status.services.map(({ name, pid }) => `${name} (pid ${pid})`).join(', ')
}

/** The first requests compile the services' code; they are sent gently and are not judged. */
async function warmUp(scene: DemoScene): Promise<string> {
  const { ratePerSecond, warmUpMs } = scene.plan
  const { outcomes } = await runLoad(
    { ...(await demoLoad(scene)), ratePerSecond: ratePerSecond / 5, durationMs: warmUpMs },
    { signal: scene.options.signal },
  )
  return `${ratePerSecond / 5} requests a second for ${warmUpMs / 1000} s, not judged: ${inWords(outcomes)}`
}

async function serveOrders(scene: DemoScene): Promise<string> {
  const { plan, root } = scene
  const load = await startLoad(scene)
  const seconds = Math.floor(plan.killAfterMs / 1000)
  const isServed = await untilWithin(scene, plan.killAfterMs + newsMs, () =>
    load.intervals.length >= seconds ? true : undefined,
  )
  const counts = outcomesIn(load.intervals, { fromMs: 0, toMs: plan.killAfterMs })
  if (!isServed)
    throw new StepFailed(`the first ${seconds} s of load are not answered yet: ${inWords(counts)}`)
  if ((okShare(counts) ?? 0) < plan.acceptedShare) {
    throw new StepFailed(`the healthy system did not serve the load: ${inWords(counts)} (${root})`)
  }
  return `${plan.ratePerSecond} requests a second: ${inWords(counts)}`
}

async function killPayment(scene: DemoScene): Promise<string> {
  const { plan } = scene
  const agent = given(scene.agent, 'an agent')
  const fault = await agent.fault({ kind: 'kill', target: plan.victim, forMs: plan.deadMs })
  const subject = `fault:${fault.id}`
  const applied = await eventWithin(scene, newsMs, isAbout('fault.applied', subject))
  const bit = await eventWithin(scene, newsMs, isAbout('fault.bit', subject))
  if (applied === undefined || bit === undefined) throw new StepFailed('the kill was not seen to bite')
  scene.killedAt = applied.at
  return `kill -9 of pid ${applied.data.pids.join(', ')}; to stay dead for ${plan.deadMs / 1000} s`
}

async function breakerOpens(scene: DemoScene): Promise<string> {
  const { plan } = scene
  const afterMs = await transition(scene, 'open', given(scene.killedAt, 'a kill'), plan.openWithinMs)
  scene.breaker = { ...scene.breaker, openedAfterMs: afterMs }
  if (afterMs === null)
    throw new StepFailed(`${plan.edge} did not open within ${plan.openWithinMs} ms of the kill`)
  if (afterMs > plan.openWithinMs)
    throw new StepFailed(`${plan.edge} opened only ${Math.round(afterMs)} ms after the kill`)
  return `${plan.edge} open ${Math.round(afterMs)} ms after the kill`
}

async function paymentComesBack(scene: DemoScene): Promise<string> {
  const { plan } = scene
  const killedAt = given(scene.killedAt, 'a kill')
  const ready = await eventWithin(
    scene,
    plan.deadMs + 15_000,
    isAbout('service.ready', plan.victim, killedAt),
  )
  if (ready === undefined) throw new StepFailed(`${plan.victim} did not come back`)
  scene.backAt = ready.at
  return `ready again ${((ready.at - killedAt) / 1000).toFixed(1)} s after the kill`
}

async function breakerCloses(scene: DemoScene): Promise<string> {
  const { plan } = scene
  const backAt = given(scene.backAt, 'a recovery')
  const sinceKill = await transition(scene, 'closed', given(scene.killedAt, 'a kill'), plan.closeWithinMs)
  if (sinceKill === null) throw new StepFailed(`${plan.edge} did not close within ${plan.closeWithinMs} ms`)
  // The breaker may try payment before our probe of it has seen that it is ready.
  const afterMs = Math.max(0, given(scene.killedAt, 'a kill') + sinceKill - backAt)
  scene.breaker = { ...scene.breaker, closedAfterMs: afterMs }
  if (afterMs > plan.closeWithinMs)
    throw new StepFailed(`${plan.edge} closed only ${Math.round(afterMs)} ms later`)
  return `${plan.edge} closed ${Math.round(afterMs)} ms after payment was ready`
}

async function transition(
  scene: DemoScene,
  to: BreakerState,
  since: number,
  withinMs: number,
): Promise<number | null> {
  const isOnEdge = isAbout('breaker.transition', scene.plan.edge, since)
  const found = await eventWithin(
    scene,
    withinMs + newsMs,
    (event): event is Extract<SystemEvent, { type: 'breaker.transition' }> =>
      isOnEdge(event) && event.data.to === to,
  )
  return found === undefined ? null : found.at - since
}

async function ordersWereAccepted(scene: DemoScene): Promise<string> {
  const { plan } = scene
  const load = given(scene.load, 'load')
  scene.report = await load.done
  scene.options.signal.throwIfAborted()
  const fromMs = given(scene.killedAt, 'a kill') - load.startedAt
  const toMs = given(scene.backAt, 'a recovery') - load.startedAt
  const counts = outcomesIn(load.intervals, { fromMs, toMs }, plan.orderRequest)
  const share = okShare(counts)
  if (share === null || share < plan.acceptedShare) {
    throw new StepFailed(`while ${plan.victim} was dead, orders ended as ${inWords(counts)}`)
  }
  return `${counts.ok} orders while ${plan.victim} was dead: ${inWords(counts)}`
}

async function pendingOrdersArePaid(scene: DemoScene): Promise<string> {
  const { acknowledged } = given(scene.load, 'load')
  const { services } = await given(scene.agent, 'an agent').status()
  const read = orderRecords(services, scene.options.signal)
  const { found, waitedMs } = await untilSettled({
    withinMs: scene.plan.settleMs,
    everyMs: askAgainMs,
    clock: systemClock,
    signal: scene.options.signal,
    look: async () => {
      const found = checkOrders({ acknowledged, ...(await read()) })
      return { found, left: found.lost }
    },
  })
  scene.orders = found
  const { lost, examples } = found
  if (lost === 0) return `${found.acknowledged} orders were acknowledged, none is unpaid`
  throw new StepFailed(
    `${lost} of ${acknowledged.length} acknowledged orders are not paid after ${Math.round(waitedMs / 1000)} s: ${examples.join('; ')}`,
  )
}

async function nothingIsLost(scene: DemoScene): Promise<string> {
  const orders = given(scene.orders ?? undefined, 'a check of the orders')
  const run = given(scene.run, 'a run')
  const { acknowledged, paidOnce, lost, paidTwice, examples } = orders
  run.append({
    at: given(scene.report, 'a load report').startedAt + scene.plan.loadMs,
    source: 'agent',
    type: 'orders.checked',
    subject: `run:${run.id}`,
    data: { acknowledged, paidOnce, lost, paidTwice },
  })
  if (acknowledged === 0) throw new StepFailed('no order was acknowledged, so there is nothing to judge')
  if (paidOnce !== acknowledged || examples.length > 0)
    throw new StepFailed(`${describeOrders(orders)}: ${examples.join('; ')}`)
  return `${describeOrders(orders)}, by the records of order and payment`
}

const describeOrders = ({ acknowledged, paidOnce, lost, paidTwice }: OrdersCheck): string =>
  `${acknowledged} acknowledged, ${paidOnce} paid once, ${lost} lost, ${paidTwice} paid twice`

/** `2,500 ok` or `2,499 ok (99.96 %), 1 timeout`. */
function inWords(counts: OutcomeCounts): string {
  const share = okShare(counts)
  if (share === null) return 'nothing'
  const parts = Object.entries(counts).map(([outcome, count]) =>
    outcome === 'ok' ? `${count} ok (${(share * 100).toFixed(2)} %)` : `${count} ${outcome}`,
  )
  return parts.join(', ')
}
