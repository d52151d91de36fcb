// autocannon, for closed-model saturation: loaded only when asked for (160 ms of start-up).

import type { SaturationPlan } from '../ports.ts'

export interface AutocannonResult {
  answers: number
  elapsedMs: number
  throughput: number
  statuses: Record<string, number>
  errors: number
  timeouts: number
  latencyMs: { p50: number; p90: number; p99: number; p999: number; max: number }
}

interface Watchers {
  signal?: AbortSignal | undefined
  onAnswer?: (() => void) | undefined
  onFailure?: (() => void) | undefined
}

/** Resolves when the time is over or the signal aborts. */
export async function saturate(
  plan: SaturationPlan,
  { signal, onAnswer, onFailure }: Watchers = {},
): Promise<AutocannonResult> {
  // CommonJS: the function is its default export.
  const { default: autocannon } = await import('autocannon')
  const options = {
    url: plan.url,
    connections: plan.connections,
    duration: plan.durationMs / 1000,
    timeout: Math.ceil(plan.timeoutMs / 1000),
    method: plan.method,
    headers: plan.headers,
    ...(plan.body === undefined ? {} : { body: plan.body }),
    ...(plan.ratePerSecond === undefined ? {} : { overallRate: plan.ratePerSecond }),
  }
  const result = await new Promise<Awaited<ReturnType<typeof autocannon>>>((resolve, reject) => {
    const instance = autocannon(options as Parameters<typeof autocannon>[0], (error, found) => {
      if (error === null || error === undefined) resolve(found)
      else reject(error as Error)
    })
    if (onAnswer !== undefined) instance.on('response', onAnswer)
    if (onFailure !== undefined) instance.on('reqError', onFailure)
    signal?.addEventListener('abort', () => instance.stop(), { once: true })
  })
  const { latency, requests } = result
  return {
    answers: requests.total,
    elapsedMs: result.duration * 1000,
    throughput: result.duration > 0 ? requests.total / result.duration : 0,
    statuses: statusesOf(result),
    errors: result.errors,
    timeouts: result.timeouts,
    latencyMs: {
      p50: latency.p50,
      p90: latency.p90,
      p99: latency.p99,
      p999: latency.p99_9,
      max: latency.max,
    },
  }
}

function statusesOf(result: object): Record<string, number> {
  const stats = (result as { statusCodeStats?: Record<string, { count: number }> }).statusCodeStats ?? {}
  return Object.fromEntries(Object.entries(stats).map(([status, { count }]) => [status, count]))
}
