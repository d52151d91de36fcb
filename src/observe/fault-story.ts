// One fault and what followed it, as the figures that a reader looks for first:
//
//   applied ──▶ breaker open ──▶ back (ready again) ──▶ half-open ──▶ closed
//           └── openedAfterMs                       └───────────────┘ closedAfterMs

import { isOf, type SystemEvent } from '../events.ts'
import type { FaultWindow } from './fault-windows.ts'

/** Milliseconds; null where it did not happen. */
export interface FaultStory {
  fault: FaultWindow
  edges: EdgeStory[]
  /** From the fault taking hold until its target was ready again. */
  backAfterMs: number | null
}

export interface EdgeStory {
  edge: string
  /** From the fault taking hold to the first opening. */
  openedAfterMs: number | null
  /** From the target's return to the first half-open after it. */
  halfOpenAfterMs: number | null
  /** From the target's return to the first closing after it. */
  closedAfterMs: number | null
  /** How often it opened after that closing: the target was back and not well. */
  reopened: number
}

/** Only edges whose breaker moved between this fault and the next one. */
export function faultStories(windows: readonly FaultWindow[], events: readonly SystemEvent[]): FaultStory[] {
  const applied = windows.filter(
    (fault): fault is FaultWindow & { appliedAt: number } => fault.appliedAt !== null,
  )
  return applied.map((fault, index) => {
    const until = applied[index + 1]?.appliedAt ?? Number.POSITIVE_INFINITY
    const during = events.filter(({ at }) => at >= fault.appliedAt && at < until)
    const backAt = backOf(fault, during)
    const byEdge = Map.groupBy(during.filter(isOf('breaker.transition')), ({ subject }) => subject)
    return {
      fault,
      backAfterMs: backAt === null ? null : backAt - fault.appliedAt,
      edges: [...byEdge].map(([edge, transitions]) => {
        const opened = transitions.find(({ data }) => data.to === 'open')
        const after = backAt === null ? [] : transitions.filter(({ at }) => at >= backAt)
        const halfOpen = after.find(({ data }) => data.to === 'half_open')
        const closed = after.find(({ data }) => data.to === 'closed')
        const later = closed === undefined ? [] : after.filter(({ at }) => at > closed.at)
        return {
          edge,
          openedAfterMs: opened === undefined ? null : opened.at - fault.appliedAt,
          halfOpenAfterMs: halfOpen === undefined ? null : halfOpen.at - (backAt ?? 0),
          closedAfterMs: closed === undefined ? null : closed.at - (backAt ?? 0),
          reopened: later.filter(({ data }) => data.from === 'closed' && data.to === 'open').length,
        }
      }),
    }
  })
}

// A killed service is back when it is ready; any other fault is over when it is healed.
function backOf(fault: FaultWindow, during: readonly SystemEvent[]): number | null {
  const ready = during
    .filter(isOf('service.ready'))
    .find(({ subject, at }) => subject === fault.target && at >= (fault.appliedAt ?? 0))
  return ready?.at ?? fault.healedAt
}
