// The http probes of an experiment: each asks its service again and again, and tells what it found when that
// changed.

import { systemClock } from '../adapters/clock.ts'
import { probeHttp } from '../adapters/http-probe.ts'
import type { HttpProbe } from '../chaos/experiment/experiment.ts'

export interface ProbeAnswer {
  at: number
  isOk: boolean
  observed: string
}

/** Until the signal aborts. */
export async function ask(
  { path, status, everyMs, timeoutMs }: HttpProbe,
  { url, signal, onChange }: { url: string; signal: AbortSignal; onChange(answer: ProbeAnswer): void },
): Promise<void> {
  let last: boolean | undefined
  while (!signal.aborted) {
    const at = systemClock.now()
    const answer = await probeHttp.get(url + path, timeoutMs).catch((error: Error) => error)
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
