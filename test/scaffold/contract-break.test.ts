// A change of a contract that breaks a caller or the service itself is a compile error there. Each break
// is planted in a system as `msvc new` makes it, and the type check that every system comes with must name
// both ends of the edge, or the one that has to be mended; a contract that contradicts itself is named too.

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { renderedSystem, repository, type RenderedSystem } from '../fixtures/rendered-system.ts'

interface Break {
  what: string
  /** All places of it are changed. */
  from: string
  to: string
  /** The files that no longer compile, below `services/`, or of the platform. */
  hits: string[]
}

const routes = (service: string): string => `${service}/src/routes.ts`

/** By edge; the contract is the callee's. */
const breaks: Record<string, { contract: string; breaks: Break[] }> = {
  'gateway:order': {
    contract: 'order',
    breaks: [
      {
        what: 'a route is taken away',
        from: 'readOrder: {',
        to: 'findOrder: {',
        hits: ['gateway/src/gateway-contract.ts', routes('gateway'), routes('order')],
      },
      {
        what: 'a field that is asked for is renamed',
        from: 'sku: Type.String({',
        to: 'article: Type.String({',
        hits: [routes('order')],
      },
      { what: 'a status is taken away', from: '402: Order, ', to: '', hits: [routes('order')] },
      {
        what: 'a parameter is renamed',
        from: 'const params = Type.Object({ id: Type.String({ minLength: 1, maxLength: 100 }) })',
        to: 'const params = Type.Object({ nr: Type.String({ minLength: 1, maxLength: 100 }) })',
        hits: [routes('gateway'), routes('order'), 'platform/contracts/order.ts'],
      },
    ],
  },
  'order:payment': {
    contract: 'payment',
    breaks: [
      {
        what: 'a field that is asked for is renamed',
        from: 'orderId: Type.String({',
        to: 'order: Type.String({',
        hits: ['order/src/pay-order.ts', routes('payment')],
      },
      {
        what: 'a status is taken away',
        from: '201: Charge, ',
        to: '',
        hits: ['order/src/pay-order.ts', routes('payment')],
      },
      {
        what: 'a field of the answer is renamed',
        from: '  id: Type.String(),',
        to: '  chargeId: Type.String(),',
        hits: ['order/src/pay-order.ts', routes('payment')],
      },
      {
        what: 'the route is taken away',
        from: 'charge: {',
        to: 'pay: {',
        hits: ['order/src/pay-order.ts', routes('payment')],
      },
      {
        what: 'a path names its parameter otherwise',
        from: "path: '/charges/:id',",
        to: "path: '/charges/:charge',",
        hits: ['platform/contracts/payment.ts'],
      },
      {
        what: 'a path loses its parameter',
        from: "path: '/charges/:id/refund',",
        to: "path: '/charges/refund',",
        hits: ['platform/contracts/payment.ts'],
      },
    ],
  },
  'payment:provider': {
    contract: 'provider',
    breaks: [
      {
        what: 'a field that is asked for is renamed',
        from: 'reference: Type.String({',
        to: 'purpose: Type.String({',
        hits: ['payment/src/provider.ts', routes('provider')],
      },
      {
        what: 'a state is added that nobody knows',
        from: "'declined'])",
        to: "'declined', 'disputed'])",
        hits: ['payment/src/provider.ts'],
      },
      {
        what: 'a route is taken away',
        from: 'findByKey: {',
        to: 'byKey: {',
        hits: ['payment/src/provider.ts', routes('provider')],
      },
      {
        what: 'a key is no longer told',
        from: "'idempotency-key': Key",
        to: "'idempotency-key': Type.Optional(Key)",
        hits: [routes('provider')],
      },
    ],
  },
  'notification:order': {
    contract: 'order',
    breaks: [
      {
        what: 'a field of an event is renamed',
        from: '  orderId: Type.String(),\n  /**',
        to: '  order: Type.String(),\n  /**',
        hits: ['notification/src/follow-orders.ts', routes('order')],
      },
      {
        what: 'the route is taken away',
        from: 'readFeed: {',
        to: 'feed: {',
        hits: ['notification/src/order-feed.ts', routes('order')],
      },
      {
        what: 'a parameter is added that must be given',
        from: 'waitMs: Type.Integer(',
        to: 'topic: Type.String(), waitMs: Type.Integer(',
        hits: ['notification/src/order-feed.ts'],
      },
      {
        what: 'a position becomes a text',
        from: 'next: Type.Integer()',
        to: 'next: Type.String()',
        hits: ['notification/src/follow-orders.ts', routes('order')],
      },
    ],
  },
}

/** A key that the route demands, forgotten by its caller. */
const forgottenKeys = [
  ['order/src/pay-order.ts', 'idempotencyKey: order.paymentKey,', ''],
  ['payment/src/provider.ts', 'sandbox.capture({ idempotencyKey, ', 'sandbox.capture({ '],
] as const

test('a broken contract does not compile where it breaks', { tags: ['slow'], timeout: 600_000 }, async () => {
  await using system = await renderedSystem()
  expect(await filesWithErrors(system)).toEqual([])
  for (const round of rounds()) {
    const edits = round.map(
      ({ contract, from, to }) => [`platform/contracts/${contract}.ts`, from, to] as const,
    )
    const hits = new Set(round.flatMap((one) => one.hits))
    const what = round.map((one) => `${one.edge}: ${one.what}`).join(', ')
    expect(await errorsAfter(system, edits), what).toEqual([...hits].toSorted())
  }
  const edits = forgottenKeys.map(([file, from, to]) => [`services/${file}`, from, to] as const)
  expect(await errorsAfter(system, edits)).toEqual(forgottenKeys.map(([file]) => file))
})

/** One break of each contract at a time: they hit different files, and a type check takes seconds. */
function rounds() {
  const all = Object.entries(breaks).flatMap(([edge, { contract, breaks: ofEdge }]) =>
    ofEdge.map((one) => ({ ...one, edge, contract })),
  )
  const byContract = Object.values(Object.groupBy(all, ({ contract }) => contract)).map((list) => list ?? [])
  const count = Math.max(...byContract.map(({ length }) => length))
  return Array.from({ length: count }, (_, round) =>
    byContract.flatMap((list) => list.slice(round, round + 1)),
  )
}

/** With the texts changed, all places of each, and as they were again afterwards. */
async function errorsAfter(
  { root }: RenderedSystem,
  edits: readonly (readonly [path: string, from: string, to: string])[],
): Promise<string[]> {
  const files = await Promise.all(
    edits.map(async ([path, from, to]) => {
      const whole = await readFile(join(root, path), 'utf8')
      expect(whole, path).toContain(from)
      return { path: join(root, path), whole, broken: whole.replaceAll(from, to) }
    }),
  )
  for (const { path, broken } of files) await writeFile(path, broken)
  const errors = await filesWithErrors({ root })
  for (const { path, whole } of files) await writeFile(path, whole)
  return errors
}

/** Sorted, below `services/`. */
async function filesWithErrors({ root }: Pick<RenderedSystem, 'root'>): Promise<string[]> {
  const tsc = join(repository, 'node_modules/.bin/tsc')
  const { stdout } = await execa(tsc, ['-p', 'tsconfig.json', '--incremental'], { cwd: root, reject: false })
  const files = [...stdout.matchAll(/^(\S+\.ts)\(\d+,\d+\): error/gm)].map(([, file]) => file ?? '')
  return [...new Set(files)].map((file) => file.replace(/^services\//, '')).toSorted()
}
