// The open-model engine: takes each arrival up at its intended time, whatever the target does, and sees
// it to exactly one outcome.
//
//   schedule ─▶ due ─┬─▶ idle connection ─▶ sent ──────────────▶ answer │ failure │ timeout
//                    ├─▶ new connection (one attempt) ─▶ sent ─▶   "         "         "
//                    ├─▶ queue, at the limit of connections ─▶ sent, or shed after the deadline
//                    └─▶ dropped, at the limit of arrivals in flight
//
// No retry, ever: a connection that the target closes under a request ends that arrival. No timer per
// request: a sweep every 10 ms finds the timeouts. The clock and the sockets are handed in.

import { createAccounts } from './accounts.ts'
import type { Books } from './books.ts'
import { capturesOf, holds } from './checks.ts'
import { createFifo } from './fifo.ts'
import { arrive, type Arrival, type CompiledFlow, goToNextStep } from './flow.ts'
import type { Intervals } from './intervals.ts'
import { type Ending, outcomeOf } from './outcomes.ts'
import type { Limits } from './plan.ts'
import type { Phase } from './phases.ts'
import { createPauses } from './pauses.ts'
import { type Connection, createPool, type Wire, type WireEvents } from './pool.ts'
import { type CompiledRequest, bytesOf, keyOf } from './request.ts'
import type { Answer } from './response-parser.ts'
import { everyNth, type Schedule } from './schedule.ts'
import type { ArrivalValues } from './template.ts'

export interface EngineParts {
  /** The whole schedule, of which this engine takes its share. */
  schedule: Schedule
  share: { index: number; of: number }
  flows: readonly CompiledFlow[]
  flowOf(arrival: number): number
  /** What feeds hold for an arrival. */
  rowOf?(arrival: number): ArrivalValues
  limits: Limits
  books: Books
  /** As many as the books have. */
  phases?: readonly Phase[]
  intervals: Intervals
  nowMs(): number
  uuid(): string
  connect(events: WireEvents): Wire
  onAcknowledged(arrival: number, key: string, answer: Answer): void
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
const noValues: ArrivalValues = { uuid: '', arrival: '' }

/** Starts the schedule at `startMs` on the clock `nowMs`. */
export function startEngine(parts: EngineParts, startMs: number): Engine {
  const { share, flows, limits, books, nowMs } = parts
  const schedule = everyNth(parts.schedule, share)
  const queue = createFifo<Arrival>()
  const pauses = createPauses<Arrival>()
  const { intervals, phases = [] } = parts
  const accounts = createAccounts({ books, intervals, flows, phases })
  let next = 0
  let nextDueMs = schedule.arrivals > 0 ? startMs + schedule.intendedMs(0) : Number.POSITIVE_INFINITY
  let sweepDueMs = startMs + sweepEveryMs
  let isTicking = false
  let isDone = false

  const takeUpDue = (): void => {
    if (isTicking || isDone || nowMs() < nextDueMs) return
    isTicking = true
    // Until now, not until none is due: sending must leave room for reading.
    const untilMs = nowMs()
    while (nextDueMs <= untilMs) {
      const number = share.index + next * share.of
      const scheduledMs = schedule.intendedMs(next)
      const times = { intendedMs: nextDueMs, nowMs: nowMs() }
      takeUp(arrive({ number, flow: parts.flowOf(number), scheduledMs }, times))
      next += 1
      nextDueMs = next < schedule.arrivals ? startMs + schedule.intendedMs(next) : Number.POSITIVE_INFINITY
    }
    isTicking = false
    if (next === schedule.arrivals) accounts.close(0)
    parts.onDue(Math.min(nextDueMs, sweepDueMs, pauses.nextMs()))
    finishIfAllEnded()
  }

  const takeUp = (arrival: Arrival): void => {
    accounts.begin(arrival)
    proceed(arrival)
  }

  /** The step under way wants to be sent. */
  const proceed = (arrival: Arrival): void => {
    const connection = pool.take(arrival)
    if (connection !== undefined) send(connection, arrival)
    else if (pool.hasRoom()) open(arrival)
    else if (accounts.inFlight() <= limits.maxInFlight) queue.push(arrival)
    else settle(arrival, { kind: 'no-room' })
  }

  const open = (arrival: Arrival): void => {
    noteSent(arrival)
    pool.open(arrival)
  }

  const send = (connection: Connection<Arrival>, arrival: Arrival): void => {
    noteSent(arrival)
    write(connection, arrival)
  }

  const stepOf = ({ flow, step }: Arrival): CompiledRequest => flows[flow]!.steps[step]!

  const write = (connection: Connection<Arrival>, arrival: Arrival): void => {
    const request = stepOf(arrival)
    const values = valuesOf(request, arrival)
    arrival.key = keyOf(request, values)
    const bytes = bytesOf(request, values)
    arrival.sentMs = nowMs()
    const keepsHead = request.capture.length > 0
    const keepsBody = keepsHead || request.checks.length > 0 || arrival.key !== null
    const { isHead, waitsForContinue } = request
    connection.wire.send(bytes, { isHead, keepsBody, keepsHead, waitsForContinue })
  }

  const valuesOf = (request: CompiledRequest, arrival: Arrival): ArrivalValues =>
    request.hasGaps
      ? {
          uuid: request.needsUuid ? parts.uuid() : '',
          arrival: String(arrival.number),
          ...parts.rowOf?.(arrival.number),
          ...arrival.captured,
        }
      : noValues

  /** An arrival counts for the achieved rate when it is sent in the schedule's time. */
  const noteSent = (arrival: Arrival): void => {
    if (arrival.step === 0 && nowMs() - startMs <= schedule.durationMs) books.progress[1]! += 1
  }

  const onAnswer = (connection: Connection<Arrival>, arrival: Arrival, answer: Answer): void => {
    const request = stepOf(arrival)
    const { status } = answer
    if (arrival.key !== null && status >= 200 && status < 300) {
      parts.onAcknowledged(arrival.number, arrival.key, answer)
    }
    const captured = capturesOf(request.capture, answer)
    const isChecked = captured !== undefined && request.checks.every((check) => holds(check, answer))
    const ending = { kind: 'answered', status, expected: request.expect, isChecked } as const
    const isLast = arrival.step === flows[arrival.flow]!.steps.length - 1
    if (isLast || captured === undefined || outcomeOf(ending) !== 'ok') settle(arrival, ending)
    else {
      accounts.noteStatus(arrival, status)
      const { thinkMs } = request
      goToNextStep(arrival, { nowMs: nowMs(), thinkMs, captured })
      pauses.add(arrival, arrival.dueMs)
    }
    goOn(connection, answer)
    resumeDue()
    takeUpDue()
  }

  const resumeDue = (): void => {
    const now = nowMs()
    for (let due = pauses.takeDue(now); due !== undefined; due = pauses.takeDue(now)) proceed(due)
  }

  /** The connection is free: for the longest waiting arrival, or to rest. */
  const goOn = (connection: Connection<Arrival>, answer: Answer): void => {
    if (!answer.isReusable) {
      pool.discard(connection)
      serveQueue()
      return
    }
    // Closed a second before the target would: else a request could meet the target's FIN on the way.
    const keepMs = answer.idleTimeoutMs === null ? Number.POSITIVE_INFINITY : answer.idleTimeoutMs - 1000
    pool.rest(connection, nowMs() + keepMs)
    const waiting = queue.shift()
    if (waiting !== undefined) send(pool.take(waiting)!, waiting)
  }

  const onEnded = (arrival: Arrival | null, ending: Ending): void => {
    if (arrival !== null) settle(arrival, ending)
    serveQueue()
    takeUpDue()
  }

  /** A place for a connection is free: the longest waiting arrival gets its one attempt. */
  const serveQueue = (): void => {
    while (pool.hasRoom()) {
      const waiting = queue.shift()
      if (waiting === undefined) return
      open(waiting)
    }
  }

  const sweep = (now: number): void => {
    for (const connection of pool.all()) {
      const { state } = connection
      if (state.at === 'idle') {
        if (state.expiresMs <= now) pool.discard(connection)
      } else if (state.at !== 'closed' && now - state.job.dueMs >= limits.timeoutMs) {
        pool.discard(connection)
        settle(state.job, { kind: 'timed-out' })
      }
    }
    for (let first = queue.peek(); first !== undefined; first = queue.peek()) {
      if (now - first.dueMs < limits.deadlineMs) break
      queue.shift()
      settle(first, { kind: 'waited-out' })
    }
    serveQueue()
  }

  const settle = (arrival: Arrival, ending: Ending): void => {
    accounts.settle(arrival, ending, nowMs())
    if (!isTicking) finishIfAllEnded()
  }

  const finishIfAllEnded = (): void => {
    if (isDone || accounts.inFlight() > 0 || next < schedule.arrivals) return
    isDone = true
    for (const connection of pool.all()) pool.discard(connection)
    accounts.assertWhole(schedule.arrivals)
    parts.onDone()
  }

  const pool = createPool<Arrival>({
    maxConnections: limits.maxConnections,
    connect: parts.connect,
    events: { opened: write, answered: onAnswer, ended: onEnded },
  })

  return {
    tick() {
      resumeDue()
      takeUpDue()
      const now = nowMs()
      if (now >= sweepDueMs && !isDone) {
        sweep(now)
        sweepDueMs = now + sweepEveryMs
      }
      parts.onDue(isDone ? Number.POSITIVE_INFINITY : Math.min(nextDueMs, sweepDueMs, pauses.nextMs()))
    },
    stop() {
      if (isDone) return
      const never = schedule.arrivals - next
      next = schedule.arrivals
      nextDueMs = Number.POSITIVE_INFINITY
      accounts.close(never)
      for (const connection of pool.all()) {
        const { state } = connection
        pool.discard(connection)
        if (state.at === 'connecting' || state.at === 'busy') settle(state.job, { kind: 'interrupted' })
      }
      for (let first = queue.shift(); first !== undefined; first = queue.shift()) {
        settle(first, { kind: 'interrupted' })
      }
      for (const thinking of pauses.drain()) settle(thinking, { kind: 'interrupted' })
      finishIfAllEnded()
    },
    localLimits: accounts.localLimits,
    peakConnections: pool.peak,
  }
}
