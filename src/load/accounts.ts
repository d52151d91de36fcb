// Where arrivals end: each is begun once and settled once, in the books of the run and in those of its
// second; at the end their sum must be the schedule.

import type { Outcome } from '../events.ts'
import { type Books, enter, enterPhase, enterStatus, enterUnfinished, sumOf } from './books.ts'
import { type Arrival, type CompiledFlow, timesOf } from './flow.ts'
import type { Intervals } from './intervals.ts'
import { type Ending, isLocalLimit, outcomeOf, reasonOf } from './outcomes.ts'
import type { Phase } from './phases.ts'

export interface Accounts {
  /** It has been taken up. */
  begin(arrival: Arrival): void
  /** An answer to a step that is not the last one. */
  noteStatus(arrival: Arrival, status: number): void
  settle(arrival: Arrival, ending: Ending, nowMs: number): void
  /** The last one has begun; so many more never will. */
  close(never: number): void
  inFlight(): number
  /** What this machine ran out of (`EMFILE`, `EADDRNOTAVAIL` …) → how often. */
  localLimits(): ReadonlyMap<string, number>
  /** Throws when the arrivals that ended are not the ones that were scheduled: a bug. */
  assertWhole(scheduled: number): void
}

export function createAccounts({
  books,
  intervals,
  flows,
  phases,
}: {
  books: Books
  intervals: Intervals
  flows: readonly CompiledFlow[]
  /** As many as the books have. */
  phases: readonly Phase[]
}): Accounts {
  const steps = flows.reduce((sum, flow) => sum + flow.steps.length, 0)
  /** Where there are several requests, it says of which one. */
  const whyOf = ({ flow, step }: Arrival, ending: Ending): string | null => {
    const reason = reasonOf(ending)
    const isOfRequest = ending.kind === 'answered' || ending.kind === 'malformed'
    return reason === null || steps < 2 || !isOfRequest
      ? reason
      : `${flows[flow]!.steps[step]!.name}: ${reason}`
  }
  const exhausted = new Map<string, number>()
  let inFlight = 0
  return {
    begin({ scheduledMs }) {
      intervals.begin(secondOf(scheduledMs))
      books.progress[0]! += 1
      inFlight += 1
    },
    noteStatus({ flow }, status) {
      enterStatus(books, flow, status)
    },
    settle(arrival, ending, nowMs) {
      const outcome = outcomeOf(ending)
      if (isLocalLimit(ending) && ending.kind === 'socket-error') {
        exhausted.set(ending.code, (exhausted.get(ending.code) ?? 0) + 1)
      }
      const times = timesOf(arrival, { nowMs, isMeasured: isMeasured(outcome) })
      enter(books, arrival.flow, outcome, times)
      for (let index = 0; index < phases.length; index++) {
        if (isWithin(phases[index]!, arrival.scheduledMs))
          enterPhase(books.phases[index]!, arrival.flow, outcome, times)
      }
      if (ending.kind === 'answered') enterStatus(books, arrival.flow, ending.status)
      intervals.settle(
        {
          second: secondOf(arrival.scheduledMs),
          request: flows[arrival.flow]!.name,
          reason: outcome === 'ok' ? null : whyOf(arrival, ending),
        },
        outcome,
        times,
      )
      inFlight -= 1
    },
    close(never) {
      enterUnfinished(books, never)
      intervals.close()
    },
    inFlight: () => inFlight,
    localLimits: () => exhausted,
    assertWhole(scheduled) {
      const accounted = sumOf(books.outcomes)
      if (accounted !== scheduled) {
        throw new Error(`${scheduled} arrivals were scheduled, but ${accounted} have ended`)
      }
    },
  }
}

const secondOf = (scheduledMs: number): number => Math.floor(scheduledMs / 1000)

const isWithin = ({ fromMs, toMs }: Phase, offsetMs: number): boolean => offsetMs >= fromMs && offsetMs < toMs

/** What never went out has no response time: a drop after 0 ms would flatter the percentiles. */
const isMeasured = (outcome: Outcome): boolean => outcome !== 'dropped' && outcome !== 'unfinished'
