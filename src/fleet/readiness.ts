// Asks one process again and again whether it is ready: often while it starts, now and then later.

import type { Clock, Http } from '../ports.ts'

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

async function whyNotReady(http: Http, url: string): Promise<string | undefined> {
  try {
    const { status } = await http.get(url, answerWithinMs)
    return status === 200 ? undefined : `${new URL(url).pathname} answered ${status}`
  } catch (error) {
    const { code, name } = error as NodeJS.ErrnoException
    return `${new URL(url).pathname}: ${name === 'TimeoutError' || name === 'AbortError' ? 'no answer' : (code ?? name)}`
  }
}
