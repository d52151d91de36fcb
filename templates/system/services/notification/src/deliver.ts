// Sends what waits on one channel. Each channel has a loop of its own, so that one which is slow or dead
// holds up nobody else.
//
//   due ─▶ send, a few at a time, each within its time ─▶ sent
//                                                     └▶ failed: again after 0.5 s, 1 s, 2 s, … then dead
//
// A message is marked as sent after it was: a crash in between sends it again, under the same id. So does an end
// that a channel would hold up: a send that hangs is left where it is, and begun anew by the next process.

import { setTimeout as sleep } from 'node:timers/promises'
import { StorageUnavailable, type Logger } from '@system/platform'
import { MessageRefused, type Channel } from './channel.ts'
import type { ChannelName } from './message.ts'
import type { Attempt, NotificationStore, StoredMessage } from './notification-store.ts'

export interface DeliverOptions {
  name: ChannelName
  channel: Channel
  store: NotificationStore
  log: Logger
  random: () => number
  maxAttempts: number
  sendTimeoutMs: number
  /** Before the second attempt; doubled for each one after. */
  retryBaseMs: number
}

export interface Delivery {
  /** There is something new. */
  wake(): void
  /** Resolves when what is under way has ended, which gets a second. */
  stop(): Promise<void>
}

const atOnce = 32
const maxRetryMs = 5 * 60_000
const lookEveryMs = 250
/** Well below what the end of a service may take, and what a restart may cost the channels that are well. */
const endWithinMs = 1000

export function startDelivery(options: DeliverOptions): Delivery {
  const { name, channel, store, log, random, maxAttempts, sendTimeoutMs, retryBaseMs } = options
  const stopping = new AbortController()
  const givingUp = new AbortController()
  let woken: (() => void) | undefined
  const running = run()

  return {
    wake: () => woken?.(),
    async stop() {
      stopping.abort()
      woken?.()
      const timer = setTimeout(() => givingUp.abort(), endWithinMs)
      await running
      clearTimeout(timer)
      await channel.close()
    },
  }

  async function run(): Promise<void> {
    let isWell = true
    while (!stopping.signal.aborted) {
      const due = store.due(name, atOnce)
      if (due.length === 0) {
        await news()
        continue
      }
      const attempts = (await Promise.all(due.map(attempt))).filter((one) => one !== undefined)
      const failed = attempts.find((one) => one.kind !== 'sent')
      if (isWell && failed !== undefined) log.warn({ channel: name, reason: failed.reason }, 'messages fail')
      if (!isWell && failed === undefined) log.info({ channel: name }, 'messages are sent again')
      isWell = failed === undefined
      await written(attempts)
    }
  }

  /** undefined when the service ended meanwhile: it waits as before. */
  async function attempt(message: StoredMessage): Promise<Attempt | undefined> {
    const { id, attempts } = message
    try {
      const tooLong = AbortSignal.any([AbortSignal.timeout(sendTimeoutMs), givingUp.signal])
      await Promise.race([channel.send(message, tooLong), rejectOn(tooLong)])
      return { kind: 'sent', id, via: channel.via }
    } catch (error) {
      if (givingUp.signal.aborted) return undefined
      const reason = error instanceof Error ? error.message : String(error)
      if (error instanceof MessageRefused || attempts + 1 >= maxAttempts) return { kind: 'dead', id, reason }
      const waitMs = Math.min(maxRetryMs, retryBaseMs * 2 ** attempts)
      return { kind: 'failed', id, reason, retryAfterMs: Math.round(waitMs * (0.5 + random() / 2)) }
    }
  }

  /** Until it is: what cannot be marked as sent would be sent again. */
  async function written(attempts: Attempt[]): Promise<void> {
    for (;;) {
      try {
        return await store.settle(attempts)
      } catch (error) {
        if (!(error instanceof StorageUnavailable)) throw error
        if (stopping.signal.aborted) return
        await news()
      }
    }
  }

  /** Waits for news, or for the time to look again. */
  async function news(): Promise<void> {
    if (stopping.signal.aborted) return
    const { promise, resolve } = Promise.withResolvers<void>()
    woken = resolve
    const done = new AbortController()
    const timer = sleep(lookEveryMs, undefined, { signal: done.signal }).catch((error: Error) => {
      if (error.name !== 'AbortError') throw error
    })
    await Promise.race([promise, timer])
    done.abort()
    woken = undefined
  }
}

/** For a channel that does not heed the signal. */
function rejectOn(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('no answer in time')), { once: true })
  })
}
