// The loop of the fleet: sees a change, asks decide.ts what to do, does it.
//
//      wanted (up, down, hold, restart) ──┐
//      seen (exit, readiness, timer) ─────┴─▶ member ─▶ decide ─▶ step ─▶ processes
//                                                └─▶ events
//
// Each change of a member asks decide again.

import type { EventDraft } from '../events.ts'
import type { Clock, Http, Output, ProcessExit, Processes, ServiceProcess } from '../ports.ts'
import type { ServiceStatus } from '../system/agent-api.ts'
import { afterExit } from './after-exit.ts'
import { decide } from './decide.ts'
import type { ServicePlan } from './launch-plan.ts'
import { describeExit, processOf, type Member } from './member.ts'
import { untilItsTurn, watchReadiness } from './readiness.ts'
import type { RestartPolicy } from './restart-policy.ts'
import { openRoster } from './roster.ts'
import { openNews } from './news.ts'

export interface SupervisorParts {
  plans: ServicePlan[]
  processes: Processes
  http: Http
  clock: Clock
  policy: RestartPolicy
  /** How long a service may take to end after TERM. */
  graceMs: number
  publish(event: EventDraft): void
  onOutput(service: string, lines: Output[]): void
  lastLines(service: string): string[]
  /** The set of running processes changed. */
  onProcesses(): void
  /** A process is ready for the first time; the signal aborts when it ends. */
  onReady(plan: ServicePlan, signal: AbortSignal): void
}

export type Turn = 'ready' | 'standby'

export interface Supervisor {
  start(service: string): void
  /** Ends a service gracefully; it stays down. */
  stop(service: string): void
  /** Ends it at once. */
  kill(service: string): void
  /** Ends it gracefully if it runs, and starts it with a clean record. */
  restart(service: string): void
  /**
   * Another process of a running service beside it, then instead of it. `turn` is called when the new one is
   * ready, or waits for what the old one holds (`standby`); after it the old one drains. Resolves when the new
   * one is ready. When it never comes so far, it is ended and the old one stays.
   */
  replace(service: string, plan: ServicePlan, turn: (how: Turn) => Promise<void>): Promise<void>
  /** From now on it is not started again, until released. Undefined: there is no process to hold down. */
  hold(service: string, by: string): ServiceProcess | undefined
  release(service: string): void
  status(): ServiceStatus[]
  running(): (ServiceProcess & { service: string })[]
  /** Resolves once the condition is true of the service, checked at each change. */
  until(
    service: string,
    isTrue: (status: ServiceStatus) => boolean,
    signal: AbortSignal,
  ): Promise<ServiceStatus>
}

export function supervise(parts: SupervisorParts): Supervisor {
  const { processes, http, clock, policy, graceMs, publish } = parts
  const roster = openRoster(parts.plans, clock)
  const running = new Map<string, ServiceProcess>()
  /** Of each service, processes that are not yet or no longer it. */
  const beside = new Map<ServiceProcess, string>()
  const timers = new Map<string, AbortController>()
  const changes = openNews<string>()

  function update(service: string, change: Partial<Member>): void {
    roster.change(service, change)
    advance(service)
    changes.tell(service)
  }

  function advance(service: string): void {
    timers.get(service)?.abort()
    const member = roster.member(service)
    const now = clock.monotonicMs()
    const step = decide(member, now, policy)
    switch (step.kind) {
      case 'start':
        return start(service)
      case 'stop':
        processes.signalGroup(step.process, 'SIGTERM')
        return update(service, {
          observed: { kind: 'stopping', process: step.process, killAt: now + graceMs },
        })
      case 'kill':
        processes.signalGroup(step.process, 'SIGKILL')
        return update(service, { observed: { kind: 'ending', process: step.process } })
      case 'back-off':
        if (member.observed.kind !== 'exited') return
        return update(service, {
          observed: {
            kind: 'backing-off',
            until: now + step.delayMs,
            delayMs: step.delayMs,
            exit: member.observed.exit,
          },
        })
      case 'give-up': {
        if (member.observed.kind !== 'exited') return
        const { exits, withinMs } = step
        const { exit } = member.observed
        const lastLines = parts.lastLines(service)
        tell(service, 'service.crash-looped', { exits, withinMs, lastLines })
        return update(service, { observed: { kind: 'crash-looped', exit, lastLine: lastLines.at(-1) } })
      }
      case 'settle':
        return update(service, { observed: { kind: 'absent' } })
      case 'wait':
        return askAgain(service, step.until - now)
      case 'rest':
    }
  }

  function start(service: string): void {
    const plan = roster.plan(service)
    const before = roster.member(service)
    if (before.observed.kind === 'backing-off') {
      const { delayMs, exit } = before.observed
      const attempt = before.crashes.length
      tell(service, 'service.restarted', { attempt, delayMs, reason: describeExit(exit) })
    }
    const process = processes.spawn(plan.launch, (lines) => parts.onOutput(service, lines))
    running.set(service, process)
    const startedAt = clock.monotonicMs()
    const starts = before.starts + 1
    const { port, adminPort } = plan
    tell(service, 'service.started', { pid: process.pid, port, adminPort, attempt: starts })
    update(service, { observed: { kind: 'starting', process, since: startedAt }, starts })
    parts.onProcesses()

    follow(plan, process, startedAt)
  }

  function follow(plan: ServicePlan, process: ServiceProcess, startedAt: number): void {
    const service = plan.name
    const life = new AbortController()
    void process.exited.then((exit) => {
      life.abort()
      ended(service, process, exit)
    })
    void watchReadiness(plan.readyUrl, { http, clock }, life.signal, (answer) => {
      if (running.get(service) !== process) return // another one has taken its place
      const { observed } = roster.member(service)
      if (answer.isReady && observed.kind === 'starting') {
        tell(service, 'service.ready', { pid: process.pid, afterMs: clock.monotonicMs() - startedAt })
        parts.onReady(plan, life.signal)
        update(service, { observed: { kind: 'ready', process } })
      } else if (answer.isReady && observed.kind === 'unready') {
        update(service, { observed: { kind: 'ready', process } })
      } else if (!answer.isReady && (observed.kind === 'ready' || observed.kind === 'unready')) {
        update(service, { observed: { kind: 'unready', process, reason: answer.reason } })
      }
    })
  }

  function ended(service: string, process: ServiceProcess, exit: ProcessExit): void {
    if (beside.delete(process)) {
      tell(service, 'service.exited', { pid: process.pid, ...exit, expected: true })
      return parts.onProcesses()
    }
    running.delete(service)
    const { told, seen } = afterExit(roster.member(service), exit, { now: clock.monotonicMs(), policy })
    tell(service, 'service.exited', { pid: process.pid, ...exit, ...told })
    update(service, seen)
    parts.onProcesses()
  }

  async function replace(
    service: string,
    plan: ServicePlan,
    turn: (how: Turn) => Promise<void>,
  ): Promise<void> {
    const process = processes.spawn(plan.launch, (lines) => parts.onOutput(service, lines))
    beside.set(process, service)
    parts.onProcesses()
    const startedAt = clock.monotonicMs()
    const { port, adminPort } = plan
    const starts = roster.member(service).starts + 1
    tell(service, 'service.started', { pid: process.pid, port, adminPort, attempt: starts })
    try {
      await turn(await untilItsTurn(plan, process, { http, clock }))
    } catch (error) {
      processes.signalGroup(process, 'SIGKILL')
      void process.exited.then((exit) => ended(service, process, exit))
      throw error
    }
    const old = running.get(service)
    beside.delete(process)
    roster.replan(service, plan)
    running.set(service, process)
    if (old !== undefined) {
      beside.set(old, service)
      processes.signalGroup(old, 'SIGTERM')
      void clock.sleep(graceMs).then(() => {
        if (beside.has(old)) processes.signalGroup(old, 'SIGKILL')
      })
    }
    update(service, { observed: { kind: 'starting', process, since: startedAt }, starts, crashes: [] })
    parts.onProcesses()
    follow(plan, process, startedAt)
  }

  function askAgain(service: string, delayMs: number): void {
    const timer = new AbortController()
    timers.set(service, timer)
    clock.sleep(delayMs, timer.signal).then(
      () => advance(service),
      () => {}, // replaced by a later decision
    )
  }

  type ServiceEvent = Extract<EventDraft, { type: `service.${string}` }>
  function tell<T extends ServiceEvent['type']>(
    service: string,
    type: T,
    data: Extract<ServiceEvent, { type: T }>['data'],
  ): void {
    publish({ at: clock.now(), source: 'agent', type, subject: service, data } as EventDraft)
  }

  return {
    start: (service) => update(service, { desired: { kind: 'running' } }),
    stop: (service) => update(service, { desired: { kind: 'stopped' } }),
    kill(service) {
      const process = processOf(roster.member(service))
      if (process !== undefined) processes.signalGroup(process, 'SIGKILL')
      update(service, {
        desired: { kind: 'stopped' },
        ...(process && { observed: { kind: 'ending', process } }),
      })
    },
    restart(service) {
      const process = processOf(roster.member(service))
      if (process === undefined) {
        return update(service, { desired: { kind: 'running' }, observed: { kind: 'absent' }, crashes: [] })
      }
      processes.signalGroup(process, 'SIGTERM')
      const killAt = clock.monotonicMs() + graceMs
      update(service, {
        desired: { kind: 'running' },
        observed: { kind: 'stopping', process, killAt },
        crashes: [],
      })
    },
    hold(service, by) {
      const process = running.get(service)
      if (process === undefined || roster.member(service).desired.kind !== 'running') return undefined
      update(service, { desired: { kind: 'held', by } })
      return process
    },
    release(service) {
      if (roster.member(service).desired.kind === 'held') {
        update(service, { desired: { kind: 'running' }, crashes: [] })
      }
    },
    replace,
    status: () => roster.services().map(roster.status),
    running: () =>
      [...running, ...[...beside].map(([process, service]) => [service, process] as const)].map(
        ([service, process]) => ({ service, ...process }),
      ),
    async until(service, isTrue, signal) {
      signal.throwIfAborted()
      const now = roster.status(service)
      if (isTrue(now)) return now
      return changes.heard((changed) => {
        if (changed !== service) return undefined
        const status = roster.status(service)
        return isTrue(status) ? status : undefined
      }, signal)
    },
  }
}
