// Order, payment, provider and notification as processes of their own, without an agent: each can be told at which
// point of its work to die.

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock } from '../../src/adapters/clock.ts'
import { reservePorts } from '../../src/adapters/reserved-ports.ts'
import { checkInvariants, countBroken, type AcknowledgedOrder } from '../../src/chaos/invariants.ts'
import { readSystemRecords } from '../../src/runtime/system-records.ts'
import { untilSettled } from '../../src/runtime/until-settled.ts'
import { compileCache } from '../fixtures/compile-cache.ts'
import type { CrashPoint } from './crash-at.ts'
import { repository } from './planted-fault.ts'

const names = ['provider', 'payment', 'order', 'notification'] as const
export type ServiceName = (typeof names)[number]

export interface CrashSystem extends AsyncDisposable {
  urlOf(service: ServiceName): string
  /** Kills the service at the point, once it comes there, and starts it again. @throws when it does not come there */
  crash(service: ServiceName, point: CrashPoint): Promise<void>
  /** Asked again under its key until there is an answer for good. */
  place(key: string): Promise<AcknowledgedOrder & { status: number }>
  /** What is wrong once nothing settles any more, in words. */
  faults(): Promise<string[]>
}

const dieWithinMs = 20_000
const settleMs = 10_000
/** A service that dies again and again loses the trust of its callers, for up to 15 s: here they soon ask again. */
const policy = JSON.stringify({ breaker: { openMs: 100, maxOpenMs: 500 } })

export async function runCrashSystem(): Promise<CrashSystem> {
  const root = mkdtempSync(join(tmpdir(), 'msvc-crash-'))
  const services = names.map((name) => `  ${name}: {path: services/${name}}\n`).join('')
  writeFileSync(
    join(root, 'msvc.yaml'),
    `apiVersion: msvc/v1\nkind: System\nname: shop\nentry: order\nservices:\n${services}`,
  )
  const reserved = reservePorts()
  const given = await reserved.take(names.length * 2)
  const ports = Object.fromEntries(names.map((name, index) => [name, given.slice(2 * index, 2 * index + 2)]))
  const urlOf = (name: ServiceName): string => `http://127.0.0.1:${ports[name]![0]}`
  const running = new Map<ServiceName, ChildProcess>()
  const acknowledged: AcknowledgedOrder[] = []
  await Promise.all(names.map(start))

  return {
    urlOf,
    async crash(name, point) {
      const exited = once(running.get(name)!, 'exit', { signal: AbortSignal.timeout(dieWithinMs) })
      writeFileSync(armed(name), JSON.stringify(point))
      await exited.finally(() => rmSync(armed(name), { force: true }))
      await start(name)
    },
    async place(key) {
      const headers = { 'content-type': 'application/json', 'idempotency-key': key }
      const body = JSON.stringify({ sku: 'book', quantity: 1, amountCents: 1999 })
      const endMs = performance.now() + 60_000
      for (;;) {
        const answer = await fetch(`${urlOf('order')}/orders`, { method: 'POST', headers, body })
          .then(async (response) => ({
            status: response.status,
            body: (await response.json()) as { id: string },
          }))
          // Refused, reset, or half an answer: a client asks again.
          .catch((error: unknown) => {
            if (error instanceof TypeError || error instanceof SyntaxError) return undefined
            throw error
          })
        if (answer !== undefined && answer.status < 500) {
          const order = { arrival: acknowledged.length, key, id: answer.body.id, status: answer.status }
          acknowledged.push(order)
          return order
        }
        if (performance.now() > endMs) throw new Error(`no answer to ${key}`)
        await sleep(20)
      }
    },
    async faults() {
      const statuses = names.map((name) => ({
        name,
        state: 'ready' as const,
        pid: null,
        url: urlOf(name),
        port: ports[name]![0]!,
        adminPort: ports[name]![1]!,
        restarts: 0,
        since: 0,
        detail: null,
      }))
      const { found } = await untilSettled({
        withinMs: settleMs,
        everyMs: 50,
        clock: systemClock,
        async look() {
          const found = checkInvariants(await readSystemRecords({ root, services: statuses, acknowledged }))
          return { found, left: countBroken(found) }
        },
      })
      const unseen = found
        .filter(({ state }) => state === 'not-checked')
        .map(({ name }) => `${name}: not checked`)
      return [...unseen, ...found.flatMap(({ name, examples }) => examples.map((text) => `${name}: ${text}`))]
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(
        [...running.values()].map(async (child) => {
          if (child.exitCode !== null || child.signalCode !== null) return
          const exited = once(child, 'exit')
          child.kill('SIGKILL')
          await exited
        }),
      )
      await reserved[Symbol.asyncDispose]()
      rmSync(root, { recursive: true, force: true })
    },
  }

  function armed(name: ServiceName): string {
    return join(root, `crash-${name}.json`)
  }

  async function start(name: ServiceName): Promise<void> {
    const data = join(root, '.msvc/data', name)
    mkdirSync(data, { recursive: true })
    const preloads = ['crash-at.ts', ...(process.env['PLANTED_FAULT'] === undefined ? [] : ['plant.ts'])]
    const folder = join(repository, 'templates/system/services', name)
    const [port, adminPort] = ports[name]!
    const child = spawn(
      process.execPath,
      [
        ...preloads.flatMap((file) => ['--import', join(repository, 'test/guarantees', file)]),
        join(folder, 'src/main.ts'),
      ],
      {
        cwd: folder,
        stdio: ['pipe', 'ignore', 'inherit'],
        env: {
          ...process.env,
          NODE_COMPILE_CACHE: compileCache,
          SERVICE_NAME: name,
          DATA_DIR: data,
          PORT: String(port),
          ADMIN_PORT: String(adminPort),
          PROVIDER_URL: urlOf('provider'),
          PAYMENT_URL: urlOf('payment'),
          ORDER_URL: urlOf('order'),
          PROVIDER_POLICY: policy,
          PAYMENT_POLICY: policy,
          ORDER_POLICY: policy,
          CRASH_AT: armed(name),
          EXIT_ON_STDIN_END: '1',
          RECONCILE_MS: '50',
          UNSETTLED_MS: '50',
          FORGOTTEN_MS: '500',
          ANCHOR_EVERY_MS: '100',
          POLL_MS: '10',
          RETRY_BASE_MS: '5',
        },
      },
    )
    running.set(name, child)
    const endMs = performance.now() + 60_000
    for (;;) {
      const isReady = await fetch(`http://127.0.0.1:${adminPort}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      )
      if (isReady) return
      if (performance.now() > endMs || child.exitCode !== null) throw new Error(`${name} does not get ready`)
      await sleep(20)
    }
  }
}
