// The routes of this service. Replace the sample with your own.

import type { App } from '@system/platform'
import { Type } from 'typebox'

const hello = {
  querystring: Type.Object({ name: Type.String({ minLength: 1, maxLength: 100, default: 'world' }) }),
  response: { 200: Type.Object({ message: Type.String() }) },
}

export function addRoutes(app: App, greeting: string): void {
  app.get('/hello', { schema: hello }, (request) => ({ message: `${greeting}, ${request.query.name}!` }))
}
