// Payment: charges an order, at most once for each idempotency key.

import { createGroupCommit, openDatabase, type ServiceDefinition } from '@system/platform'
import { createChargeStore, schema } from './charge-store.ts'
import { addRoutes } from './routes.ts'

export const service: ServiceDefinition<Record<never, never>, never> = {
  build({ app, config, clock, onClose }) {
    const database = openDatabase(config.DATA_DIR, 'payment', schema)
    onClose(() => database.close())
    addRoutes(app, createChargeStore(database, createGroupCommit(database), clock))
  },
}
