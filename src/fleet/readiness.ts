// Asks one process again and again whether it is ready: often while it starts, now and then later.

import type { Clock, Http, ProcessExit } from '../ports.ts'

export type Readiness = { isReady: true } | { isReady: false; reason: string }

const everyMs = { starting: 25, unready: 100, ready: 500 }
const answerWithinMs = 2000
/** A busy service may miss one probe; it is unready when it misses so many in a row. */
const missesTolerated = 1

/** Calls back after each answer that counts, until the signal aborts. */
export async function watchReadiness(
  readyUrl: string,
  { http, clock }: { http: Http; clock: Clock },
  signal: AbortSignal,
  tell: (answer: Readiness) => void,
): Promise<void> {
  let phase: keyof typeof everyMs = 'starting'
  let misses = 0
  while (!signal.aborted) {
    const reason = await whyNotReady(http, readyUrl)
    if (signal.aborted) return
    misses = reason === undefined ? 0 : misses + 1
    if (reason === undefined) {
      phase = 'ready'
      tell({ isReady: true })
    } else if (phase === 'starting' || misses > missesTolerated) {
      if (phase === 'ready') phase = 'unready'
      tell({ isReady: false, reason })
    }
    await clock.sleep(everyMs[phase], signal).catch(() => {}) // aborted: the loop ends
  }
}

const turnWithinMs = 30_000

/**
 * For a process beside another one of the same service: `ready`, or `standby` when it waits for what the other
 * one holds. Rejects when it ends, or comes so far in no time.
 */
export async function untilItsTurn(
  { readyUrl, name }: { readyUrl: string; name: string },
  process: { exited: Promise<ProcessExit> },
  { http, clock }: { http: Http; clock: Clock },
): Promise<'ready' | 'standby'> {
  let end: ProcessExit | undefined
  void process.exited.then((exit) => (end = exit))
  const deadline = clock.monotonicMs() + turnWithinMs
  while (clock.monotonicMs() < deadline) {
    const answer = await http.get(readyUrl, answerWithinMs).catch(() => undefined) // not listening yet
    if (answer?.status === 200) return 'ready'
    if (answer !== undefined && phaseOf(answer.body) === 'standby') return 'standby'
    if (end !== undefined) {
      throw new Error(`the new process of ${name} ended (${end.signal ?? `exit code ${end.code}`})`)
    }
    await clock.sleep(everyMs.starting)
  }
  throw new Error(`the new process of ${name} was not ready within ${turnWithinMs / 1000} s`)
}

function phaseOf(body: string): unknown {
  try {
    return (JSON.parse(body) as { phase?: unknown } | null)?.phase
  } catch {
    return undefined // a service that we did not generate may answer anything there
  }
}

async function whyNotReady(http: Http, url: string): Promise<string | undefined> {
  try {
    const { status } = await http.get(url, answerWithinMs)
    return status === 200 ? undefined : `${new URL(url).pathname} answered ${status}`
  } catch (error) {
    const { code, name } = error as NodeJS.ErrnoException
    return `${new URL(url).pathname}: ${name === 'TimeoutError' || name === 'AbortError' ? 'no answer' : (code ?? name)}`
  }
}
