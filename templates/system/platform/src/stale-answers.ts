// The last good answers to reads, for when the callee cannot give new ones: for a minute, an order as it
// was is better than none. Only for reads, and marked `x-degraded: stale`, so that nobody takes it for news.
//
// What makes a question the same is up to who keeps it: who asks belongs to it where not everybody may know.
//
// Bounded: what was kept longest ago goes first.

import type { Clock } from './clock.ts'
import type { Answer } from './http-attempt.ts'

export const degradedHeader = 'x-degraded'

export interface StaleAnswers {
  /** Keeps a 200; nothing else, and nothing that comes from here. */
  keep(question: string, answer: Answer): void
  /** For `CallRequest.fallback`. */
  recall(question: string): Answer | undefined
}

export interface StaleAnswersOptions {
  clock: Clock
  maxAgeMs?: number
  maxEntries?: number
}

export function createStaleAnswers({
  clock,
  maxAgeMs = 60_000,
  maxEntries = 10_000,
}: StaleAnswersOptions): StaleAnswers {
  const kept = new Map<string, { body: string; atMs: number }>()

  return {
    keep(question, { status, headers, body }) {
      if (status !== 200 || headers[degradedHeader] !== undefined) return
      kept.delete(question) // a Map keeps the order of insertion: this puts it last
      kept.set(question, { body, atMs: clock.monotonicMs() })
      if (kept.size > maxEntries) kept.delete(kept.keys().next().value as string)
    },
    recall(question) {
      const answer = kept.get(question)
      if (answer === undefined || clock.monotonicMs() - answer.atMs > maxAgeMs) return undefined
      return { kind: 'answered', status: 200, headers: { [degradedHeader]: 'stale' }, body: answer.body }
    },
  }
}
