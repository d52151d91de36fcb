// Gateway: the way in. Knows who is asking, and passes on what they may ask; no state of its own.

import { flag, type Clock, type Config, type Logger, type ServiceDefinition } from '@system/platform'
import { ConfigError } from '@system/platform/config'
import { Type } from '@system/platform/schema'
import { createAdmission } from './admission.ts'
import { createRateLimit } from './rate-limit.ts'
import { createRemoteKeys } from './remote-keys.ts'
import { addRoutes } from './routes.ts'
import { openIssuer, type Issuer } from './signing-keys.ts'
import { createVerifier, type Keys } from './verify-token.ts'

const settings = {
  /** Where the public keys of the token issuer are. */
  JWKS_URL: Type.Optional(Type.String({ pattern: '^https?://' })),
  TOKEN_ISSUER: Type.String({ minLength: 1, default: 'gateway' }),
  TOKEN_AUDIENCE: Type.String({ minLength: 1, default: 'gateway' }),
  /** Of one client; 0 for no limit. */
  RATE_LIMIT: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000 })),
  /** 1: `POST /token` gives a token to anybody. For development. */
  DEV_TOKENS: flag(),
}

const defaultRateLimit = 100

export const service: ServiceDefinition<typeof settings, 'order'> = {
  settings,
  isEdge: true,
  deadlineMs: 2000,
  // More than order needs when payment hangs and it has to say that the order is accepted.
  callees: { order: { attemptTimeoutMs: 1500 } },
  async build({ app, config, clock, log, callee }) {
    const { keys, issuer } = await keysFrom(config, clock, log)
    const verifier = createVerifier({
      keys,
      issuer: config.TOKEN_ISSUER,
      audience: config.TOKEN_AUDIENCE,
      clock,
    })
    // Whoever develops loads the system with one token.
    const perSecond = config.RATE_LIMIT ?? (issuer === undefined ? defaultRateLimit : 0)
    const limit = perSecond === 0 ? undefined : createRateLimit(perSecond)
    addRoutes(app, {
      order: callee('order'),
      clock,
      admission: createAdmission({ verifier, limit, clock }),
      issuer,
    })
  },
}

async function keysFrom(
  config: Config<typeof settings>,
  clock: Clock,
  log: Logger,
): Promise<{ keys: Keys; issuer: Issuer | undefined }> {
  const { JWKS_URL: url, TOKEN_ISSUER: name, TOKEN_AUDIENCE: audience, DATA_DIR: folder } = config
  if (config.DEV_TOKENS === '1') {
    const issuer = await openIssuer({ folder, issuer: name, audience, clock })
    return { keys: issuer, issuer }
  }
  if (url === undefined) {
    throw new ConfigError('JWKS_URL is not set, and only development (DEV_TOKENS=1) goes without')
  }
  return { keys: createRemoteKeys({ url, clock, log }), issuer: undefined }
}
