// Puts arrivals on connections and sees each to its end: whatever happens to a connection, the arrival on it
// is settled once.
//
//   proceed ─┬─▶ idle connection ─▶ sent ──────────────▶ answer │ failure │ timeout
//            ├─▶ new connection (one attempt) ─▶ sent ─▶   "         "         "
//            ├─▶ queue, while many are opening ─▶ sent, on whichever is there first
//            ├─▶ queue, at the limit of connections ─▶ sent, or shed after the deadline
//            └─▶ dropped, at the limit of arrivals in flight
//
// No retry, ever: a connection that the target closes under a request ends that arrival. No timer per
// request: `sweep` finds the timeouts.

import type { Accounts } from './accounts.ts'
import { capturesOf, holds, missingText, unmetText } from './checks.ts'
import { createFifo } from './fifo.ts'
import { type Arrival, type CompiledFlow, goToNextStep } from './flow.ts'
import { type Message, messageOf } from './message.ts'
import { type Ending, outcomeOf } from './outcomes.ts'
import { createPauses } from './pauses.ts'
import type { Limits } from './plan.ts'
import { type Connection, createPool, type Wire, type WireEvents } from './pool.ts'
import type { CompiledRequest } from './request.ts'
import type { Answer } from './response-parser.ts'
import type { ArrivalValues } from './template.ts'

export interface DispatcherParts {
  flows: readonly CompiledFlow[]
  /** What feeds hold for an arrival. */
  rowOf?(arrival: number): ArrivalValues
  limits: Limits
  accounts: Accounts
  nowMs(): number
  uuid(): string
  connect(events: WireEvents): Wire
  onAcknowledged(arrival: number, key: string, answer: Answer): void
  /** The first step of an arrival goes out. */
  onSent(nowMs: number): void
  /** An arrival has ended. */
  onSettled(): void
  /** A connection has done what was to be done on it. */
  onTurn(nowMs: number): void
}

export interface Dispatcher {
  /** The step under way of the arrival wants to be sent. */
  proceed(arrival: Arrival, nowMs: number): void
  /** Those whose pause is over proceed. */
  resumeDue(nowMs: number): void
  /** Those that wait get connections, as far as there may be more by now. */
  serveQueue(): void
  /** When the next pause is over, or there may be more connections for those that wait; Infinity: neither. */
  nextDueMs(): number
  /** Ends what has lasted too long. */
  sweep(nowMs: number): void
  /** Ends what is under way. */
  interrupt(): void
  closeAll(): void
  peakConnections(): number
}

/** Long enough for answers to free the connections that are there. */
const serveEveryMs = 1
/**
 * A crowd that came at once leaves connections that nobody needs, and each costs some kilobytes. They are closed one in
 * a sweep, so that they do not hold arrivals up together.
 */
const longestRestMs = 30_000
const noValues: ArrivalValues = { uuid: '', arrival: '' }
const nothingCaptured = { isWhole: true, values: {} } as const

export function createDispatcher(parts: DispatcherParts): Dispatcher {
  const { flows, limits, accounts, nowMs } = parts
  /** Of requests that are the same for every arrival: made once. */
  const fixed = flows.map(({ steps }) =>
    steps.map((request) => (request.hasGaps ? null : messageOf(request, noValues))),
  )
  const queue = createFifo<Arrival>()
  const pauses = createPauses<Arrival>()

  const proceed = (arrival: Arrival, now: number): void => {
    const connection = pool.take(arrival)
    if (connection !== undefined) send(connection, arrival, now)
    else if (queue.peek() === undefined && pool.mayOpen()) open(arrival)
    else if (accounts.inFlight() <= limits.maxInFlight) queue.push(arrival)
    else settle(arrival, { kind: 'no-room' })
  }

  const open = (arrival: Arrival): void => {
    if (arrival.step === 0) parts.onSent(nowMs())
    pool.open(arrival)
  }

  const send = (connection: Connection<Arrival>, arrival: Arrival, now: number): void => {
    write(connection, arrival, now)
    if (arrival.step === 0) parts.onSent(arrival.sentMs)
  }

  const stepOf = ({ flow, step }: Arrival): CompiledRequest => flows[flow]!.steps[step]!

  const write = (connection: Connection<Arrival>, arrival: Arrival, now: number): void => {
    const ready = fixed[arrival.flow]![arrival.step]
    const { bytes, key, expected } = ready ?? filledIn(arrival)
    arrival.key = key
    // The time that filling in takes is not the target's.
    arrival.sentMs = ready === null ? nowMs() : now
    connection.wire.send(bytes, expected)
  }

  const filledIn = (arrival: Arrival): Message => {
    const request = stepOf(arrival)
    return messageOf(request, {
      uuid: request.needsUuid ? parts.uuid() : '',
      arrival: String(arrival.number),
      ...parts.rowOf?.(arrival.number),
      ...arrival.captured,
    })
  }

  const onAnswer = (connection: Connection<Arrival>, arrival: Arrival, answer: Answer): void => {
    const request = stepOf(arrival)
    const { status } = answer
    const endedMs = nowMs()
    if (arrival.key !== null && status >= 200 && status < 300) {
      parts.onAcknowledged(arrival.number, arrival.key, answer)
    }
    const captured = request.capture.length === 0 ? nothingCaptured : capturesOf(request.capture, answer)
    const unmet = captured.isWhole ? unmetOf(request, answer) : missingText(captured.missing)
    const ending = { kind: 'answered', status, expected: request.expect, unmet } as const
    const isLast = arrival.step === flows[arrival.flow]!.steps.length - 1
    if (isLast || !captured.isWhole || outcomeOf(ending) !== 'ok') settle(arrival, ending, endedMs)
    else {
      accounts.noteStatus(arrival, status)
      const { thinkMs } = request
      goToNextStep(arrival, { nowMs: endedMs, thinkMs, captured: captured.values })
      pauses.add(arrival, arrival.dueMs)
    }
    goOn(connection, answer, endedMs)
    parts.onTurn(endedMs)
  }

  /** The connection is free: for the longest waiting arrival, or to rest. */
  const goOn = (connection: Connection<Arrival>, answer: Answer, now: number): void => {
    if (!answer.isReusable) {
      pool.discard(connection)
      serveQueue()
      return
    }
    // Closed a second before the target would: else a request could meet the target's FIN on the way.
    const keepMs = answer.idleTimeoutMs === null ? Number.POSITIVE_INFINITY : answer.idleTimeoutMs - 1000
    pool.rest(connection, { sinceMs: now, expiresMs: now + keepMs })
    const waiting = queue.shift()
    if (waiting !== undefined) send(pool.take(waiting)!, waiting, nowMs())
  }

  const onEnded = (arrival: Arrival | null, ending: Ending): void => {
    if (arrival !== null) settle(arrival, ending)
    serveQueue()
    parts.onTurn(nowMs())
  }

  /** The arrivals that wait longest get their one attempt, as far as there may be connections. */
  const serveQueue = (): void => {
    while (queue.peek() !== undefined && pool.mayOpen()) open(queue.shift()!)
  }

  const settle = (arrival: Arrival, ending: Ending, endedMs = nowMs()): void => {
    accounts.settle(arrival, ending, endedMs)
    parts.onSettled()
  }

  const pool = createPool<Arrival>({
    maxConnections: limits.maxConnections,
    nowMs,
    connect: parts.connect,
    events: {
      opened: (connection, arrival) => write(connection, arrival, nowMs()),
      answered: onAnswer,
      ended: onEnded,
    },
  })

  return {
    proceed,
    resumeDue(now) {
      if (pauses.nextMs() > now) return
      for (let due = pauses.takeDue(now); due !== undefined; due = pauses.takeDue(now)) proceed(due, now)
    },
    serveQueue,
    nextDueMs() {
      const mayServe = queue.peek() !== undefined && pool.hasRoom()
      return Math.min(pauses.nextMs(), mayServe ? nowMs() + serveEveryMs : Number.POSITIVE_INFINITY)
    },
    sweep(now) {
      const hadRoom = pool.hasRoom()
      let rested: Connection<Arrival> | undefined
      for (const connection of pool.all()) {
        const { state } = connection
        if (state.at === 'idle') {
          const isUnneeded = rested === undefined && now - state.sinceMs >= longestRestMs
          if (state.expiresMs <= now) pool.discard(connection)
          else if (isUnneeded) rested = connection
        } else if (state.at !== 'closed' && now - state.job.dueMs >= limits.timeoutMs) {
          pool.discard(connection)
          settle(state.job, { kind: 'timed-out' })
        }
      }
      if (rested !== undefined) pool.discard(rested)
      for (let first = queue.peek(); first !== undefined; first = queue.peek()) {
        if (now - first.dueMs < limits.deadlineMs) break
        queue.shift()
        // The deadline is about waiting at the limit of connections; below it, each has its attempt.
        if (hadRoom && pool.hasRoom()) open(first)
        else settle(first, { kind: 'waited-out' })
      }
      serveQueue()
    },
    interrupt() {
      for (const connection of pool.all()) {
        const { state } = connection
        pool.discard(connection)
        if (state.at === 'connecting' || state.at === 'busy') settle(state.job, { kind: 'interrupted' })
      }
      for (let first = queue.shift(); first !== undefined; first = queue.shift()) {
        settle(first, { kind: 'interrupted' })
      }
      for (const thinking of pauses.drain()) settle(thinking, { kind: 'interrupted' })
    },
    closeAll() {
      for (const connection of pool.all()) pool.discard(connection)
    },
    peakConnections: pool.peak,
  }
}

/** What is said of the first check that does not hold; null: all do. */
function unmetOf({ checks }: CompiledRequest, answer: Answer): string | null {
  const unmet = checks.find((check) => !holds(check, answer))
  return unmet === undefined ? null : unmetText(unmet)
}
