// The open-model engine: takes each arrival up at its intended time, whatever the target does, and knows
// when all of them have ended.
//
//   schedule ─▶ due ─▶ dispatcher ─▶ exactly one outcome
//
// The clock and the sockets are handed in. A sweep every 10 ms finds what has lasted too long.

import { createAccounts } from './accounts.ts'
import type { Books } from './books.ts'
import { createDispatcher, type DispatcherParts } from './dispatcher.ts'
import { arrive } from './flow.ts'
import type { Intervals } from './intervals.ts'
import type { Phase } from './phases.ts'
import { everyNth, type Schedule } from './schedule.ts'

export interface EngineParts extends Pick<
  DispatcherParts,
  'flows' | 'rowOf' | 'limits' | 'nowMs' | 'uuid' | 'connect' | 'onAcknowledged'
> {
  /** The whole schedule, of which this engine takes its share. */
  schedule: Schedule
  share: { index: number; of: number }
  flowOf(arrival: number): number
  books: Books
  /** As many as the books have. */
  phases?: readonly Phase[]
  intervals: Intervals
  /**
   * Arrivals are taken up together, in turns that begin at least so many ms apart: 0 if not said. What falls due
   * between them is late by as much, and its lag says so.
   */
  gatherMs?: number
  /** When `tick` wants to be called next, on the clock `nowMs`; Infinity: never again. */
  onDue(dueMs: number): void
  /** Every arrival has ended and every connection is closed. */
  onDone(): void
}

export interface Engine {
  /** Does what is due by now. */
  tick(): void
  /** Ends the run: what is under way or still to come is `unfinished`. */
  stop(): void
  /** What this machine ran out of (`EMFILE`, `EADDRNOTAVAIL` …) → how often. */
  localLimits(): ReadonlyMap<string, number>
  peakConnections(): number
}

const sweepEveryMs = 10

/** Starts the schedule at `startMs` on the clock `nowMs`. */
export function startEngine(parts: EngineParts, startMs: number): Engine {
  const { share, flows, books, nowMs, intervals, phases = [], gatherMs = 0 } = parts
  const schedule = everyNth(parts.schedule, share)
  const accounts = createAccounts({ books, intervals, flows, phases })
  const scheduledMsOf = (k: number): number =>
    k < schedule.arrivals ? schedule.intendedMs(k) : Number.POSITIVE_INFINITY
  let next = 0
  let nextScheduledMs = scheduledMsOf(0)
  let nextDueMs = startMs + nextScheduledMs
  let sweepDueMs = startMs + sweepEveryMs
  let gatheredMs = startMs
  let isTicking = false
  let isDone = false

  /** Until then, not until none is due: sending must leave room for reading. */
  const takeUpDue = (untilMs: number): void => {
    if (isTicking || isDone || untilMs < nextDueMs) return
    isTicking = true
    gatheredMs = untilMs + gatherMs
    while (nextDueMs <= untilMs) {
      takeUp()
      next += 1
      nextScheduledMs = scheduledMsOf(next)
      nextDueMs = startMs + nextScheduledMs
    }
    isTicking = false
    if (next === schedule.arrivals) accounts.close(0)
    parts.onDue(earliestDueMs())
    finishIfAllEnded()
  }

  const takeUp = (): void => {
    const number = share.index + next * share.of
    const now = nowMs()
    const times = { intendedMs: nextDueMs, nowMs: now }
    const arrival = arrive({ number, flow: parts.flowOf(number), scheduledMs: nextScheduledMs }, times)
    accounts.begin(arrival)
    dispatcher.proceed(arrival, now)
  }

  /** A sweep waits for the turn that gathers: it is not worth a wake-up of its own. */
  const earliestDueMs = (): number =>
    Math.min(Math.max(Math.min(nextDueMs, sweepDueMs), gatheredMs), dispatcher.nextDueMs())

  const finishIfAllEnded = (): void => {
    if (isTicking || isDone || accounts.inFlight() > 0 || next < schedule.arrivals) return
    isDone = true
    dispatcher.closeAll()
    accounts.assertWhole(schedule.arrivals)
    parts.onDone()
  }

  const dispatcher = createDispatcher({
    ...parts,
    accounts,
    /** An arrival counts for the achieved rate when it is sent in the schedule's time. */
    onSent(sentMs) {
      if (sentMs - startMs <= schedule.durationMs) books.progress[1]! += 1
    },
    onSettled: finishIfAllEnded,
    onTurn(now) {
      dispatcher.resumeDue(now)
      if (now >= gatheredMs) takeUpDue(now)
    },
  })

  return {
    tick() {
      dispatcher.serveQueue()
      const startedMs = nowMs()
      dispatcher.resumeDue(startedMs)
      if (startedMs >= gatheredMs - gatherMs / 2) takeUpDue(startedMs)
      const now = nowMs()
      if (now >= sweepDueMs && !isDone) {
        dispatcher.sweep(now)
        sweepDueMs = now + sweepEveryMs
      }
      parts.onDue(isDone ? Number.POSITIVE_INFINITY : earliestDueMs())
    },
    stop() {
      if (isDone) return
      const never = schedule.arrivals - next
      next = schedule.arrivals
      nextDueMs = Number.POSITIVE_INFINITY
      accounts.close(never)
      dispatcher.interrupt()
      finishIfAllEnded()
    },
    localLimits: accounts.localLimits,
    peakConnections: dispatcher.peakConnections,
  }
}
