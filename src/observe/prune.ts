// Which recorded runs may go: all but the newest, or those that are older than something.

export type PruneRule = { kind: 'keep'; newest: number } | { kind: 'older-than'; ms: number }

export interface PrunableRun {
  id: string
  /** Epoch milliseconds. */
  startedAt: number
  /** null: it goes on, or its process was killed. */
  endedAt: number | null
}

/** A run without an end may still go on for so long; until then it stays. */
const longestRunMs = 7 * 24 * 3_600_000

/** `runs`: newest first. */
export function runsToPrune<R extends PrunableRun>(runs: readonly R[], rule: PruneRule, now: number): R[] {
  const mayGo = ({ endedAt, startedAt }: R): boolean => endedAt !== null || now - startedAt > longestRunMs
  const old =
    rule.kind === 'keep' ? runs.slice(rule.newest) : runs.filter((run) => isOlder(run, rule.ms, now))
  return old.filter(mayGo)
}

const isOlder = ({ startedAt, endedAt }: PrunableRun, ms: number, now: number): boolean =>
  now - (endedAt ?? startedAt) > ms
