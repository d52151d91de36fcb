// A change of a contract that breaks a caller or the service itself is a compile error there. Each break
// is planted in a system as `msvc new` makes it, and the type check that every system comes with must name it.

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { renderedSystem, repository } from '../fixtures/rendered-system.ts'

const caller = `
import type { Callee } from '@system/platform'
import { createClient } from '@system/platform/contract-client'
import { orderContract } from '@system/platform/contracts/order'

export async function totalOf(callee: Callee): Promise<number> {
  const order = createClient(callee, orderContract)
  const placed = await order.placeOrder({ body: { sku: 'book', quantity: 1, amountCents: 1999 } })
  if (placed.kind !== 'answered' || placed.status !== 202) return 0
  const read = await order.readOrder({ params: { id: placed.json()?.id ?? '' } })
  return read.kind === 'answered' && read.status === 200 ? (read.json()?.amountCents ?? 0) : 0
}
`

const server = `
import type { App } from '@system/platform'
import { serveContract } from '@system/platform/contract-server'
import { orderContract } from '@system/platform/contracts/order'

export function addRoutes(app: App): void {
  const serve = serveContract(app, orderContract, 'order')
  serve.placeOrder(({ body: { sku, quantity, amountCents } }) => ({
    status: 202,
    body: { id: 'o1', status: 'pending_payment', sku, quantity, amountCents, version: 1 },
  }))
}
`

/** What is changed in the contract, and which side must then be mended. */
const breaks = [
  {
    what: 'a field that is asked for is renamed',
    from: /sku: Type/g,
    to: 'article: Type',
    hits: ['caller', 'server'],
  },
  { what: 'a route is taken away', from: 'readOrder: {', to: 'findOrder: {', hits: ['caller'] },
  { what: 'a status is taken away', from: '202: Order, ', to: '', hits: ['caller', 'server'] },
  {
    what: 'an answer gets a field more',
    from: 'version: Type.Integer(),',
    to: 'version: Type.Integer(), at: Type.Integer(),',
    hits: ['server'],
  },
  {
    what: 'a number becomes a text',
    from: /amountCents: Type\.Integer\([^)]*\)/g,
    to: 'amountCents: Type.String()',
    hits: ['caller'],
  },
] as const

test('a broken contract does not compile where it breaks', { tags: ['slow'], timeout: 600_000 }, async () => {
  await using system = await renderedSystem()
  const contractFile = join(system.root, 'platform/contracts/order.ts')
  const folder = join(system.root, 'services/order/src')
  await writeFile(join(folder, 'caller.ts'), caller)
  await writeFile(join(folder, 'server.ts'), server)
  const whole = await readFile(contractFile, 'utf8')
  const filesWithErrors = async (): Promise<string[]> => {
    const options = { cwd: system.root, reject: false } as const
    const { stdout } = await execa(
      join(repository, 'node_modules/.bin/tsc'),
      ['-p', 'tsconfig.json'],
      options,
    )
    const files = [...stdout.matchAll(/^services\/order\/src\/(caller|server)\.ts\(\d+,\d+\): error/gm)]
    return [...new Set(files.map(([, file]) => file ?? ''))].toSorted()
  }
  expect(await filesWithErrors()).toEqual([])
  for (const { what, from, to, hits } of breaks) {
    const broken = whole.replace(from, to)
    expect(broken, what).not.toBe(whole)
    await writeFile(contractFile, broken)
    expect(await filesWithErrors(), what).toEqual(hits)
  }
})
