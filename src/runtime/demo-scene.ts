// What the steps of the demo share: what they were asked, what runs, and what they have learned.

import { systemClock } from '../adapters/clock.ts'
import type { DemoPlan, DemoResult, DemoStep } from '../chaos/demo.ts'
import type { OrdersCheck } from '../chaos/orders-check.ts'
import type { LoadInterval, SystemEvent } from '../events.ts'
import type { Acknowledged, LoadReport } from '../system/load-report.ts'
import type { AgentClient } from './agent-client.ts'
import type { RunRecorder } from './runs.ts'

export interface DemoOptions {
  cliVersion: string
  /** An existing system to try instead of a new one; its code stays as it is. */
  systemFolder?: string | undefined
  /** Keep the new system's folder. */
  keep: boolean
  signal: AbortSignal
  plan?: DemoPlan
  watch: DemoWatch
}

/** What a person sees while it goes on. */
export interface DemoWatch {
  ended(step: DemoStep): void
  /** A second of load. */
  interval(interval: LoadInterval): void
  note(text: string): void
}

/** Load that goes on while the steps watch. */
export interface OngoingLoad {
  startedAt: number
  intervals: LoadInterval[]
  acknowledged: Acknowledged[]
  done: Promise<LoadReport>
  stop(): void
}

export interface DemoScene {
  readonly plan: DemoPlan
  readonly options: DemoOptions
  readonly root: string
  agent?: AgentClient
  run?: RunRecorder
  load?: OngoingLoad
  report?: LoadReport
  /** Epoch ms of the kill, and of payment's next `service.ready`. */
  killedAt?: number
  backAt?: number
  breaker: DemoResult['breaker']
  orders: OrdersCheck | null
}

/** A step saw something else than it expected. */
export class StepFailed extends Error {}

/** What an earlier step has left; its absence is a bug of the order of the steps. */
export function given<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`no step has made ${what} yet`)
  return value
}

/** Waits until the agent tells of such an event; undefined when the time has passed without one. */
export async function eventWithin<E extends SystemEvent>(
  scene: DemoScene,
  withinMs: number,
  isIt: (event: SystemEvent) => event is E,
): Promise<E | undefined> {
  const patience = AbortSignal.timeout(withinMs)
  const signal = AbortSignal.any([patience, scene.options.signal])
  for await (const event of given(scene.agent, 'an agent').events(0, signal)) {
    if (isIt(event)) return event
  }
  scene.options.signal.throwIfAborted()
  return undefined
}

/** Asks again and again until the answer is there; undefined when the time has passed without one. */
export async function untilWithin<T>(
  scene: DemoScene,
  withinMs: number,
  ask: () => Promise<T | undefined> | T | undefined,
): Promise<T | undefined> {
  const deadline = systemClock.monotonicMs() + withinMs
  for (;;) {
    const answer = await ask()
    if (answer !== undefined || systemClock.monotonicMs() > deadline) return answer
    await systemClock.sleep(100, scene.options.signal)
  }
}
