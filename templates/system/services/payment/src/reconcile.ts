// Settles with the provider what nobody waits for any more: charges and refunds whose answer was lost, or
// that a crash cut off. Asks first what became of the key, which moves no money, and goes on from there.

import { StorageUnavailable, type Clock, type Logger } from '@system/platform'
import { isOpen, type Charge, type ChargeStore } from './charge-store.ts'
import type { Provider } from './provider.ts'
import { keyUnderWay, type Settle } from './settle-charge.ts'

export interface ReconcileOptions {
  store: ChargeStore
  provider: Provider
  settle: Settle
  clock: Clock
  log: Logger
  everyMs: number
  /** A younger charge is still waited for by whoever asked for it. */
  olderThanMs: number
}

const atOnce = 16

export function startReconciling(options: ReconcileOptions): { stop: () => Promise<void> } {
  const { store, provider, settle, clock, log, everyMs, olderThanMs } = options
  let running: Promise<void> | undefined
  let after = 0
  const timer = setInterval(() => {
    running ??= round().finally(() => (running = undefined))
  }, everyMs)
  return {
    async stop() {
      clearInterval(timer)
      await running
    },
  }

  async function round(): Promise<void> {
    const open = store.unsettled(clock.epochMs() - olderThanMs, after, atOnce)
    // Round and round: those that cannot be settled must not hold up the others.
    after = open.length < atOnce ? 0 : (open.at(-1)?.pos ?? 0)
    if (open.length === 0) return
    const settled = await Promise.all(open.map(settleOne))
    const count = settled.filter(Boolean).length
    if (count > 0) log.info({ settled: count }, 'charges are settled with the provider')
  }

  async function settleOne(charge: Charge): Promise<boolean> {
    try {
      const found = await provider.find(keyUnderWay(charge))
      if (found.kind === 'unknown' || found.kind === 'refused') return false
      // Whoever asked for it may have brought it to its end meanwhile.
      const current = store.find(charge.id) ?? charge
      const inBooks = found.kind === 'done' ? found.payment : undefined
      return isOpen(current) && !isOpen(await settle(current, inBooks))
    } catch (error) {
      // The disk is full; the store has logged it, and the next round tries again.
      if (error instanceof StorageUnavailable) return false
      throw error
    }
  }
}
