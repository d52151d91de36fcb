import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { freePorts, holderOf, isFree } from '../../src/adapters/ports-free.ts'

test('free ports are free, and all different', async () => {
  const ports = await freePorts(20)
  expect(new Set(ports).size).toBe(20)
  expect(await Promise.all(ports.map(isFree))).not.toContain(false)
})

test.for(['127.0.0.1', '0.0.0.0', '::'])(
  'a port that is taken on %s is not free, and who has it is said',
  async (host) => {
    await using server = createServer()
    server.listen(0, host)
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    expect(await isFree(port)).toBe(false)
    if (process.platform === 'linux') expect(holderOf(port)).toContain(`pid ${process.pid} `)
  },
)
