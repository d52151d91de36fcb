// How the routes of contract.ts are answered. Replace the sample with your own.

import type { App } from '@system/platform'
import { serveContract } from '@system/platform/contract-server'
import { helloContract } from './contract.ts'

export function addRoutes(app: App, greeting: string): void {
  const serve = serveContract(app, helloContract, 'hello')
  serve.hello(({ query: { name } }) => ({ status: 200, body: { message: `${greeting}, ${name}!` } }))
}
