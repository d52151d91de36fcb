// What one arrival does: a request, or several steps of which each may use what the ones before captured.

import type { CompiledRequest } from './request.ts'
import type { Variables } from './template.ts'

/** Plain data. It has at least one step. */
export interface CompiledFlow {
  name: string
  steps: readonly CompiledRequest[]
}

/** One arrival on its way. Times are on the engine's clock. */
export interface Arrival {
  /** In the whole schedule. */
  number: number
  flow: number
  step: number
  /**
   * Intended, from the start of the schedule: its second and its phase follow from it. Taken back from
   * `intendedMs` it would be off by a rounding, and the arrival of a full second in the second before.
   */
  scheduledMs: number
  intendedMs: number
  takenUpMs: number
  /** Since when the step under way wants to be sent; of the first step, its intended time. */
  dueMs: number
  /** NaN until the first byte of the step under way is written. */
  sentMs: number
  /** Of the steps that are over. */
  past: { serviceMs: number; waitMs: number; thinkMs: number }
  key: string | null
  captured: Variables
}

export const arrive = (
  { number, flow, scheduledMs }: Pick<Arrival, 'number' | 'flow' | 'scheduledMs'>,
  { intendedMs, nowMs }: { intendedMs: number; nowMs: number },
): Arrival => ({
  number,
  flow,
  step: 0,
  scheduledMs,
  intendedMs,
  takenUpMs: nowMs,
  dueMs: intendedMs,
  sentMs: Number.NaN,
  past: nothingPast,
  key: null,
  captured: nothingCaptured,
})

const nothingPast = { serviceMs: 0, waitMs: 0, thinkMs: 0 }
const nothingCaptured = {}

/** The step is over; the next one is due after the pause. */
export function goToNextStep(
  arrival: Arrival,
  { nowMs, thinkMs, captured }: { nowMs: number; thinkMs: number; captured: Variables },
): void {
  const { past } = arrival
  Object.assign(arrival, {
    step: arrival.step + 1,
    dueMs: nowMs + thinkMs,
    past: {
      serviceMs: past.serviceMs + nowMs - arrival.sentMs,
      waitMs: past.waitMs + arrival.sentMs - Math.max(arrival.dueMs, arrival.takenUpMs),
      thinkMs: past.thinkMs + thinkMs,
    },
    sentMs: Number.NaN,
    captured: {
      ...arrival.captured,
      ...captured,
    },
  } satisfies Partial<Arrival>)
}

/** What is to be written down of it, at its end; the pauses between steps are nobody's latency. */
export function timesOf(arrival: Arrival, { nowMs, isMeasured }: { nowMs: number; isMeasured: boolean }) {
  const { past, sentMs, takenUpMs, intendedMs } = arrival
  const isSent = !Number.isNaN(sentMs)
  const stepWaitMs = isSent ? sentMs - Math.max(arrival.dueMs, takenUpMs) : 0
  return {
    responseMs: isMeasured ? nowMs - intendedMs - past.thinkMs : null,
    serviceMs: isSent && isMeasured ? past.serviceMs + nowMs - sentMs : null,
    waitMs: isSent || arrival.step > 0 ? past.waitMs + stepWaitMs : null,
    lagMs: takenUpMs - intendedMs,
  }
}
