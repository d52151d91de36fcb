// What this service is: its settings, the services it calls, its routes.

import type { ServiceDefinition } from '@system/platform'
import { Type } from '@system/platform/schema'
import { addRoutes } from './routes.ts'

const settings = {
  GREETING: Type.String({ default: 'Hello' }),
}

export const service: ServiceDefinition<typeof settings, never> = {
  settings,
  build: ({ app, config }) => addRoutes(app, config.GREETING),
}
