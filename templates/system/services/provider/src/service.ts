// Provider: a sandbox in place of the company that moves the money. It is a process of its own with books
// of its own, so that "charged, but nobody heard" is as real here as it is outside.

import type { ServiceDefinition } from '@system/platform'
import { Type } from '@system/platform/schema'
import { createLedger, schema } from './ledger.ts'
import { addRoutes } from './routes.ts'

const share = () => Type.Number({ minimum: 0, maximum: 1, default: 0 })

const settings = {
  SANDBOX_DECLINES: share(),
  SANDBOX_REFUSED_CAPTURES: share(),
  SANDBOX_LOST_ANSWERS: share(),
  SANDBOX_DELAY_MS: Type.Integer({ minimum: 0, maximum: 60_000, default: 0 }),
}

export const service: ServiceDefinition<typeof settings, never> = {
  settings,
  build({ app, config, clock, openStore }) {
    addRoutes(app, createLedger(openStore('ledger', schema), clock), {
      declineShare: config.SANDBOX_DECLINES,
      refusedCaptureShare: config.SANDBOX_REFUSED_CAPTURES,
      lostAnswerShare: config.SANDBOX_LOST_ANSWERS,
      delayMs: config.SANDBOX_DELAY_MS,
    })
  },
}
