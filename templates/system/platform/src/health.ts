// Where a service stands in its life. An open breaker does not make it unready: it still answers,
// only less well, and taking it out of rotation would turn a partial outage into a whole one.

/** `standby`: waits for another process to let its data go. `draining`: still taking whoever comes; `closing`: only who is already connected. */
export type Phase = 'starting' | 'standby' | 'ready' | 'draining' | 'closing'

export interface Health {
  phase(): Phase
  enter(phase: Phase): void
  /** Asked for each answer: says what keeps the service from its work, such as a full disk. */
  addCheck(check: () => string | undefined): void
  troubles(): string[]
}

export function createHealth(): Health {
  let current: Phase = 'starting'
  const checks: (() => string | undefined)[] = []
  return {
    phase: () => current,
    enter(phase) {
      current = phase
    },
    addCheck: (check) => void checks.push(check),
    troubles: () => checks.map((check) => check()).filter((trouble) => trouble !== undefined),
  }
}

export interface HealthAnswer {
  status: 200 | 503
  body: { status: 'ok' | 'unavailable'; phase: Phase; degraded: string[]; troubles?: string[] }
}

/**
 * `/livez` is yes as long as the process can answer at all; `/startupz` once it has started; `/readyz`
 * while it takes traffic and nothing keeps it from its work. `degraded` names the edges whose breaker is not closed, for people to see.
 */
export function checkHealth(check: string, health: Health, degraded: string[]): HealthAnswer {
  const phase = health.phase()
  const troubles = health.troubles()
  const isReady = phase === 'ready' && troubles.length === 0
  const isOk =
    check === '/livez' || (check === '/startupz' ? phase !== 'starting' && phase !== 'standby' : isReady)
  const body = { phase, degraded, ...(troubles.length > 0 && { troubles }) }
  return { status: isOk ? 200 : 503, body: { status: isOk ? 'ok' : 'unavailable', ...body } }
}
