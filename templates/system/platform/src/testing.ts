// For tests only: a service in the test's own process, a stand-in for another service, and waiting
// for a condition instead of for a time.

import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TProperties } from 'typebox'
import { runService, type RunningService, type ServiceDefinition } from './service.ts'

/** What `node:test` hands to a test; only the clean-up is used. */
interface TestContext {
  after: (step: () => void | Promise<void>) => void
}

/** Runs the service on free ports with a data folder of its own; it ends with the test. */
export async function runForTest<Settings extends TProperties, Callees extends string>(
  t: TestContext,
  definition: ServiceDefinition<Settings, Callees>,
  env: Record<string, string> = {},
): Promise<RunningService> {
  const dataFolder = env['DATA_DIR'] ?? temporaryFolder(t)
  const defaults = { SERVICE_NAME: 'tested', LOG_LEVEL: 'silent', DATA_DIR: dataFolder }
  const service = await runService(definition, { ...defaults, ...env })
  t.after(() => service.close())
  return service
}

/** Removed when the test ends. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'msvc-test-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export interface StandInRequest {
  method: string
  path: string
  headers: IncomingMessage['headers']
  body: string
}

/** Status, headers and JSON body; `hang` never answers, `reset` breaks the connection. */
export type StandInAnswer =
  | { status: number; headers?: Record<string, string>; body?: unknown }
  | 'hang'
  | 'reset'

export interface StandIn {
  url: string
  requests: StandInRequest[]
}

/** A server on loopback that plays another service. */
export async function runStandIn(
  t: TestContext,
  answer: (request: StandInRequest) => StandInAnswer,
  port = 0,
): Promise<StandIn> {
  const requests: StandInRequest[] = []
  const server = createServer((incoming, response) => void play(incoming, response))
  const play = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = (await incoming.setEncoding('utf8').toArray()).join('')
    const request = {
      method: incoming.method ?? '',
      path: incoming.url ?? '',
      headers: incoming.headers,
      body,
    }
    requests.push(request)
    const result = answer(request)
    if (result === 'reset') incoming.socket.resetAndDestroy()
    else if (result !== 'hang') {
      response.writeHead(result.status, { 'content-type': 'application/json', ...result.headers })
      response.end(result.body === undefined ? '' : JSON.stringify(result.body))
    }
  }
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests }
}

/** The value of a sample at `/metrics`, labels included: `outbox_position`, `calls{name="a"}`. */
export async function readMetric(adminUrl: string, sample: string): Promise<number | undefined> {
  const text = await (await fetch(`${adminUrl}/metrics`)).text()
  const line = text.split('\n').find((each) => each.startsWith(`${sample} `))
  return line === undefined ? undefined : Number(line.slice(sample.length + 1))
}

/** A loopback address where nobody listens. */
export async function deadUrl(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return `http://127.0.0.1:${port}`
}

/** Asks until the answer is not undefined, for at most `withinMs`. */
export async function eventually<T>(
  ask: () => T | undefined | Promise<T | undefined>,
  withinMs = 5000,
): Promise<T> {
  const endMs = performance.now() + withinMs
  for (;;) {
    const value = await ask()
    if (value !== undefined) return value
    if (performance.now() > endMs) throw new Error(`not within ${withinMs} ms: ${ask.toString()}`)
    await sleep(10)
  }
}
