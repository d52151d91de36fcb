// Stretches of time in which something was in one state.

/** Epoch ms; `to` null: it lasted beyond what was recorded. */
export interface Span<State extends string = string> {
  from: number
  to: number | null
  state: State
  /** Why it began. */
  reason: string
}

/** A lane of a chart: one subject and its stretches in order. */
export interface Lane<State extends string = string> {
  subject: string
  spans: Span<State>[]
}

/**
 * Changes of state → stretches without gaps from `start` on. `before` is the state until the first change.
 * Changes must be in order.
 */
export function spansOf<State extends string>(
  changes: readonly { at: number; to: State; reason: string }[],
  { start, before }: { start: number; before: State },
): Span<State>[] {
  const all = [{ at: Math.min(start, changes[0]?.at ?? start), to: before, reason: '' }, ...changes]
  return all
    .map(({ at, to, reason }, index) => ({ from: at, to: all[index + 1]?.at ?? null, state: to, reason }))
    .filter(({ from, to }) => to === null || to > from)
}
