// When a service that ended by itself is started again: soon at first, later each time, and not at all
// once it keeps ending (a crash loop), because then somebody has to look.

export interface RestartPolicy {
  firstDelayMs: number
  maximumDelayMs: number
  /** So many exits … */
  exits: number
  /** … within so much time are a crash loop. */
  withinMs: number
}

export const defaultRestartPolicy: RestartPolicy = {
  firstDelayMs: 250,
  maximumDelayMs: 10_000,
  exits: 5,
  withinMs: 60_000,
}

export type Restart =
  | { kind: 'after'; delayMs: number; attempt: number }
  | { kind: 'never'; exits: number; withinMs: number }

/**
 * @param exits times of the unexpected exits so far, oldest first, the latest included (ms)
 *
 * Only exits within the window count, so a service that ran well for a while starts over with the
 * first delay.
 */
export function planRestart(exits: number[], policy: RestartPolicy): Restart {
  const latest = exits.at(-1) ?? 0
  const recent = exits.filter((at) => latest - at < policy.withinMs)
  if (recent.length >= policy.exits) {
    return { kind: 'never', exits: recent.length, withinMs: latest - (recent[0] ?? latest) }
  }
  const doubled = policy.firstDelayMs * 2 ** (recent.length - 1)
  return { kind: 'after', delayMs: Math.min(doubled, policy.maximumDelayMs), attempt: recent.length }
}
