// Payment: charges an order at the provider, at most once for each idempotency key.

import { outboxNames, type ServiceDefinition } from '@system/platform'
import { Type } from '@system/platform/schema'
import { createChargeStore, schema } from './charge-store.ts'
import { createProvider } from './provider.ts'
import { startReconciling } from './reconcile.ts'
import { addRoutes } from './routes.ts'
import { createSettle } from './settle-charge.ts'

const settings = {
  RECONCILE_MS: Type.Integer({ minimum: 50, maximum: 600_000, default: 1000 }),
  /** A charge that is open for so long is taken up by the reconciliation. */
  UNSETTLED_MS: Type.Integer({ minimum: 50, maximum: 600_000, default: 2000 }),
}

export const service: ServiceDefinition<typeof settings, 'provider'> = {
  settings,
  // Order waits for 500 ms: a provider that hangs must leave us time to say that it is not settled yet.
  // No retries: who asks again does so under the same key, and so does the reconciliation.
  callees: { provider: { attemptTimeoutMs: 200, retry: { retries: 0 } } },
  build({ app, config, log, clock, callee, openStore, gauge, onClose }) {
    const store = createChargeStore(openStore('payment', schema), clock)
    gauge(outboxNames.pending, store.unsettledCount)
    const provider = createProvider(callee('provider'))
    const settle = createSettle({ store, provider })
    const everyMs = config.RECONCILE_MS
    const olderThanMs = config.UNSETTLED_MS
    const job = startReconciling({ store, provider, settle, clock, log, everyMs, olderThanMs })
    onClose(() => job.stop())
    addRoutes(app, { store, settle })
  },
}
