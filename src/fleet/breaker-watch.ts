// Follows the breakers of one process: its event stream says when to look, `GET /breakers` says what is
// new (see breaker-news.ts). Without a stream, looking now and then has to do.

import type { EventDraft } from '../events.ts'
import type { Clock, Http } from '../ports.ts'
import type { BreakerSnapshot } from '../system/agent-api.ts'
import { breakerNews, parseBreakers } from './breaker-news.ts'
import type { ServicePlan } from './launch-plan.ts'

const lookEveryMs = 200
const answerWithinMs = 2000

export interface BreakerWatch {
  /** Runs until the signal aborts: the life of one process. */
  follow(plan: ServicePlan, signal: AbortSignal): Promise<void>
  /** The last look at each breaker of the running services. */
  known(): BreakerSnapshot[]
  /** Resolves once every process that is followed has been looked at, or did not answer. */
  lookedAtAll(): Promise<void>
}

export function watchBreakers({
  http,
  clock,
  publish,
}: {
  http: Http
  clock: Clock
  publish: (event: EventDraft) => void
}): BreakerWatch {
  const looks = new Map<string, BreakerSnapshot[]>()
  const firstLooks = new Map<string, Promise<void>>()

  async function look(plan: ServicePlan, signal: AbortSignal): Promise<void> {
    const answer = await http.get(plan.breakersUrl, answerWithinMs).catch(() => undefined)
    if (answer === undefined || answer.status !== 200 || signal.aborted) return
    const now = parseBreakers(answer.body)
    if (now === undefined) return
    for (const event of breakerNews(plan.name, looks.get(plan.name) ?? [], now)) publish(event)
    looks.set(plan.name, now)
  }

  return {
    async follow(plan, signal) {
      const first = look(plan, signal)
      firstLooks.set(plan.name, first)
      const looker = oneAtATime(() => look(plan, signal))
      signal.addEventListener('abort', () => looks.delete(plan.name), { once: true })
      await first // two looks at a time would tell the same news twice
      while (!signal.aborted) {
        looker()
        // The stream's end and its absence are the same to us: look, wait, try again.
        await http.follow(plan.breakerEventsUrl, looker, signal).catch(() => {})
        await clock.sleep(lookEveryMs, signal).catch(() => {}) // aborted: the loop ends
      }
    },
    known: () => [...looks.values()].flat(),
    lookedAtAll: async () => void (await Promise.all(firstLooks.values())),
  }
}

/** Calls that come while it runs become one more run afterwards. */
function oneAtATime(run: () => Promise<void>): () => void {
  let state: 'idle' | 'running' | 'again' = 'idle'
  const start = async (): Promise<void> => {
    state = 'running'
    await run()
    const again = (state as string) === 'again'
    state = 'idle'
    if (again) await start()
  }
  return () => {
    if (state === 'idle') void start()
    else state = 'again'
  }
}
