// Gateway: the way in. Knows who is asking, and passes on what they ask; no state of its own.

import { flag, type ServiceDefinition } from '@system/platform'
import { Type } from 'typebox'
import { addRoutes } from './routes.ts'
import { tokenSecret } from './token-secret.ts'

const settings = {
  /** Signs the tokens; at least 32 characters. */
  TOKEN_SECRET: Type.Optional(Type.String({ minLength: 32 })),
  /** 1: `POST /token` gives a token to anybody. For development. */
  DEV_TOKENS: flag(),
}

export const service: ServiceDefinition<typeof settings, 'order'> = {
  settings,
  isEdge: true,
  deadlineMs: 2000,
  // More than order needs when payment hangs and it has to say that the order is accepted.
  callees: { order: { attemptTimeoutMs: 1500 } },
  build({ app, config, clock, callee }) {
    const isDevelopment = config.DEV_TOKENS === '1'
    const secret = tokenSecret({ secret: config.TOKEN_SECRET, isDevelopment, folder: config.DATA_DIR })
    addRoutes(app, { order: callee('order'), clock, secret, issuesTokens: isDevelopment })
  },
}
