// The http probes of an experiment: each asks its service again and again, and tells what it found when that
// changed. All of them are canaries, so that a trace tells what a probe saw.

import { systemClock } from '../adapters/clock.ts'
import { systemRandom } from '../adapters/random.ts'
import { probeHttp } from '../adapters/http-probe.ts'
import type { HttpProbe } from '../chaos/experiment/experiment.ts'
import { canaryKeyHeader, traceparentOf } from '../system/canary.ts'

export interface ProbeAnswer {
  at: number
  isOk: boolean
  observed: string
}

interface Asking {
  url: string
  canaryKey: string
  signal: AbortSignal
  onChange(answer: ProbeAnswer): void
}

/** Until the signal aborts. */
export async function ask(
  { path, status, everyMs, timeoutMs }: HttpProbe,
  { url, canaryKey, signal, onChange }: Asking,
): Promise<void> {
  let last: boolean | undefined
  while (!signal.aborted) {
    const at = systemClock.now()
    const headers = { [canaryKeyHeader]: canaryKey, traceparent: traceparentOf(systemRandom.uuid()) }
    const answer = await probeHttp.get(url + path, timeoutMs, headers).catch((error: Error) => error)
    if (signal.aborted) return
    const isOk = !(answer instanceof Error) && isWanted(answer.status, status)
    if (isOk !== last) onChange({ at, isOk, observed: textOf(answer) })
    last = isOk
    const restMs = Math.max(0, everyMs - (systemClock.now() - at))
    await systemClock.sleep(restMs, signal).catch(() => {}) // aborted: the loop ends
  }
}

const isWanted = (found: number, wanted: number | undefined): boolean =>
  wanted === undefined ? found >= 200 && found < 300 : found === wanted

const textOf = (answer: Error | { status: number }): string =>
  answer instanceof Error ? `no answer (${codeOf(answer)})` : `answers ${answer.status}`

const codeOf = (error: Error): string => (error as NodeJS.ErrnoException).code ?? error.name
