// Which spans are sent, so that tracing costs the same whether a hundred or ten thousand requests come a second.
//
//   a trace begins here ─▶ one more this second? ─ yes ─▶ sampled: every span of it is sent, in all services
//                                                └ no ──▶ unsampled ─▶ a span that failed is sent all the same,
//                                                                      within bounds; the others are counted
//
// Who was called follows its caller, so the decision is made once: at the gateway, for what comes from outside.

import type { Clock } from './clock.ts'
import { createTokenBucket } from './token-bucket.ts'

export interface SpanSampler {
  /** Whether a trace that begins here is sampled. */
  takesTrace(): boolean
  /** Whether so many spans of an unsampled trace are sent because something failed in it. */
  takesFailed(spans: number): boolean
  /** Takes note of a span that has ended. */
  count(fate: SpanFate): void
  readonly counts: Readonly<Record<SpanFate, number>>
}

/** What became of a span: `withheld` has failed like others that were sent, and was one too many. */
export type SpanFate = 'sampled' | 'failed' | 'withheld' | 'unsampled'

/** Together, and so in any one second: 50. */
const failed = { perSecond: 25, burst: 25 }

export function createSpanSampler(tracesPerSecond: number, clock: Clock): SpanSampler {
  const traces = createTokenBucket({ perSecond: tracesPerSecond, burst: tracesPerSecond })
  const failures = createTokenBucket(failed)
  const counts: Record<SpanFate, number> = { sampled: 0, failed: 0, withheld: 0, unsampled: 0 }
  return {
    counts,
    takesTrace: () => traces.take(1, clock.monotonicMs()),
    takesFailed: (spans) => failures.take(spans, clock.monotonicMs()),
    count(fate) {
      counts[fate] += 1
    },
  }
}
