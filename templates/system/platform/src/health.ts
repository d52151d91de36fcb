// Where a service stands in its life. An open breaker does not make it unready: it still answers,
// only less well, and taking it out of rotation would turn a partial outage into a whole one.

export type Phase = 'starting' | 'ready' | 'draining'

export interface Health {
  phase(): Phase
  enter(phase: Phase): void
}

export function createHealth(): Health {
  let current: Phase = 'starting'
  return {
    phase: () => current,
    enter(phase) {
      current = phase
    },
  }
}

export interface HealthAnswer {
  status: 200 | 503
  body: { status: 'ok' | 'unavailable'; phase: Phase; degraded: string[] }
}

/**
 * `/livez` is yes as long as the process can answer at all; `/startupz` once it has started; `/readyz`
 * while it takes traffic. `degraded` names the edges whose breaker is not closed, for people to see.
 */
export function checkHealth(check: string, phase: Phase, degraded: string[]): HealthAnswer {
  const isOk = check === '/livez' || (check === '/startupz' ? phase !== 'starting' : phase === 'ready')
  return { status: isOk ? 200 : 503, body: { status: isOk ? 'ok' : 'unavailable', phase, degraded } }
}
