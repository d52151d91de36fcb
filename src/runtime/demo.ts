// The whole job once: make a system, start it, load it, kill payment, watch, judge.
//
// The first step that fails ends the story. Whatever happens, the fleet is stopped, and what was
// recorded gets its report.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../adapters/clock.ts'
import { demoPlan, verdictOf, type DemoResult, type DemoStep } from '../chaos/demo.ts'
import { UserError } from '../errors.ts'
import type { SystemEvent } from '../events.ts'
import { StepFailed, type DemoOptions, type DemoScene } from './demo-scene.ts'
import { demoSteps } from './demo-steps.ts'
import { eventsSince } from './recorded-load.ts'

/** Throws the signal's reason when interrupted, after everything has been stopped. */
export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const temporary =
    options.systemFolder === undefined ? await mkdtemp(join(tmpdir(), 'msvc-demo-')) : undefined
  const scene: DemoScene = {
    plan: options.plan ?? demoPlan,
    options,
    root: options.systemFolder ?? join(temporary!, 'shop'),
    breaker: { openedAfterMs: null, closedAfterMs: null },
    orders: null,
  }
  let isKept = true
  try {
    const { steps, agentEvents } = await play(scene)
    const verdict = verdictOf(steps, demoSteps.length)
    isKept = options.keep || verdict === 'FAIL'
    const report = await record(scene, { verdict, steps, agentEvents })
    const { breaker } = scene
    const system = temporary === undefined || isKept ? scene.root : null
    return { verdict, steps, breaker, orders: countsOf(scene), report, system }
  } catch (error) {
    isKept = options.keep
    await scene.run?.discard()
    throw error
  } finally {
    if (temporary !== undefined && !isKept) await rm(temporary, { recursive: true, force: true })
  }
}

async function play(scene: DemoScene): Promise<{ steps: DemoStep[]; agentEvents: SystemEvent[] }> {
  const { watch, signal } = scene.options
  const startedAt = systemClock.monotonicMs()
  const steps: DemoStep[] = []
  let agentEvents: SystemEvent[] = []
  try {
    for (const { name, take } of demoSteps) {
      signal.throwIfAborted()
      const seen = await attempt(() => take(scene))
      signal.throwIfAborted() // then what it saw is our own doing
      const step = {
        name,
        ok: seen.ok,
        atMs: Math.round(systemClock.monotonicMs() - startedAt),
        observed: seen.observed,
      }
      steps.push(step)
      watch.ended(step)
      noteExpectation(scene, step)
      if (!step.ok) break
    }
  } finally {
    scene.load?.stop()
    const report = await scene.load?.done
    if (report !== undefined) scene.report = report
    if (scene.load) agentEvents = await eventsSince(scene.agent, scene.load.startedAt)
    await scene.agent?.stop()
  }
  return { steps, agentEvents }
}

/** A missed expectation, and trouble that a user can mend, fail the step; anything else is a bug. */
async function attempt(take: () => Promise<string>): Promise<{ ok: boolean; observed: string }> {
  try {
    return { ok: true, observed: await take() }
  } catch (error) {
    if (error instanceof StepFailed) return { ok: false, observed: error.message }
    if (error instanceof UserError) return { ok: false, observed: `${error.message} ${error.next}` }
    throw error
  }
}

function noteExpectation({ run }: DemoScene, { name, ok, observed }: DemoStep): void {
  if (run === undefined) return
  const type = ok ? 'expectation.met' : 'expectation.missed'
  const subject = `run:${run.id}`
  run.append({
    at: systemClock.now(),
    source: 'agent',
    type,
    subject,
    data: { name, expected: name, observed },
  })
}

async function record(
  scene: DemoScene,
  { verdict, steps, agentEvents }: { verdict: string; steps: DemoStep[]; agentEvents: SystemEvent[] },
): Promise<string | null> {
  const { run, report, breaker } = scene
  if (run === undefined) return null
  const summary = { ...(report && { load: report }), breaker, orders: countsOf(scene), steps }
  await run.finish({ verdict, summary, agentEvents })
  return run.report
}

function countsOf({ orders }: DemoScene): DemoResult['orders'] {
  if (orders === null) return null
  const { acknowledged, paidOnce, lost, paidTwice } = orders
  return { acknowledged, paidOnce, lost, paidTwice }
}
