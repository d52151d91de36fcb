// What the demo does and what it expects, as data; and how its evidence is judged. Pure.
//
//   (warm-up, not judged)
//
//   0 s        killAfterMs              + deadMs                          loadMs
//   ├─ baseline ─┤ payment dead            ├─ payment back, breaker closes ─┤─ settle ─▶ orders checked
//   └────────────── load at ratePerSecond, never slowed down by the target ┘

import type { LoadInterval, OrderCounts, OutcomeCounts } from '../events.ts'

export const demoPlan = {
  ratePerSecond: 500,
  warmUpMs: 3_000,
  loadMs: 20_000,
  killAfterMs: 5_000,
  deadMs: 7_000,
  victim: 'payment',
  edge: 'order:payment',
  /** The request of the default scenario that places an order. */
  orderRequest: 'place order',
  openWithinMs: 1_000,
  closeWithinMs: 5_000,
  /** Of the orders that arrive while payment is dead. */
  acceptedShare: 0.999,
  settleMs: 15_000,
} as const

export type DemoPlan = { [K in keyof typeof demoPlan]: (typeof demoPlan)[K] extends number ? number : string }

export interface DemoStep {
  name: string
  ok: boolean
  /** Since the start of the demo, when the step ended. */
  atMs: number
  /** What was seen, in words. */
  observed: string
}

export interface DemoResult {
  verdict: 'PASS' | 'FAIL'
  steps: DemoStep[]
  breaker: { openedAfterMs: number | null; closedAfterMs: number | null }
  orders: OrderCounts | null
  /** Path of report.html; null when it failed before a run was recorded. */
  report: string | null
  /** The system's folder, when it was kept. */
  system: string | null
}

/** Passed only when every step of the plan was taken and seen to hold. */
export const verdictOf = (steps: readonly DemoStep[], planned: number): DemoResult['verdict'] =>
  steps.length === planned && steps.every(({ ok }) => ok) ? 'PASS' : 'FAIL'

/** Outcomes of one request (or of all) over the seconds of load that touch the window, in ms of load time. */
export function outcomesIn(
  intervals: readonly LoadInterval[],
  window: { fromMs: number; toMs: number },
  request?: string,
): OutcomeCounts {
  const counts: OutcomeCounts = {}
  for (const interval of intervals) {
    const touches = interval.second * 1000 < window.toMs && (interval.second + 1) * 1000 > window.fromMs
    if (!touches) continue
    const source = request === undefined ? interval.outcomes : (interval.requests[request] ?? {})
    for (const [outcome, count] of Object.entries(source)) {
      const key = outcome as keyof OutcomeCounts
      counts[key] = (counts[key] ?? 0) + count
    }
  }
  return counts
}

/** Share of `ok`; null when nothing arrived, which is never a pass. */
export function okShare(counts: OutcomeCounts): number | null {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
  return total === 0 ? null : (counts.ok ?? 0) / total
}
