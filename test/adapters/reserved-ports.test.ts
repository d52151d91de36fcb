import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { expect, test } from 'vitest'
import { isFree } from '../../src/adapters/ports-free.ts'
import { blocksBeside, reservePorts, type PortRange } from '../../src/adapters/reserved-ports.ts'

test('who begin together get different ports, all free', async () => {
  await using first = reservePorts()
  await using second = reservePorts()
  await using third = reservePorts()
  const ports = (await Promise.all([first, second, third].map(({ take }) => take(100)))).flat()
  expect(new Set(ports).size).toBe(300)
  expect(await Promise.all(ports.map(isFree))).not.toContain(false)
})

test('none is one that the system may give to a connection', async () => {
  await using reserved = reservePorts({ systemRange: { from: 40_000, to: 50_000 } })
  for (const port of await reserved.take(200)) expect(port).toBeLessThan(40_000)
})

test('what was given is not given again before all others, and what somebody listens on is left out', async () => {
  await using reserved = reservePorts()
  const [taken = 0, ...others] = await reserved.take(5)
  await using server = createServer().listen(taken, '127.0.0.1')
  await once(server, 'listening')
  const rest = await reserved.take(58)
  expect(new Set([taken, ...others, ...rest]).size).toBe(63)
  const again = await reserved.take(62)
  expect(again).not.toContain(taken)
  expect(new Set(again)).toEqual(new Set([...others, ...rest]))
})

/** Room for one block. */
const narrow: PortRange = { from: 10_304, to: 65_536 }

test('a block is free again when its owner is gone, and without one there are ports all the same', async () => {
  const owner = reservePorts({ systemRange: narrow })
  const [mine = 0] = await owner.take(1)
  expect(mine).toBeGreaterThan(10_240)
  expect(mine).toBeLessThan(10_304)
  {
    await using late = reservePorts({ systemRange: narrow })
    const [port = 0] = await late.take(1)
    expect(port).toBeGreaterThanOrEqual(10_304)
  }
  // Whoever looks what listens there is shown out, and holds nothing up.
  const stranger = connect(10_240, '127.0.0.1')
  await once(stranger, 'close')
  await owner[Symbol.asyncDispose]()
  await using next = reservePorts({ systemRange: narrow })
  expect(await next.take(1)).toEqual([mine])
})

test('what a service of the same system has for good is given to nobody else', async () => {
  for (const fixed of [10_240, 10_241, 10_303]) {
    await using reserved = reservePorts({ fixed: [fixed], systemRange: narrow })
    expect(await reserved.take(63)).not.toContain(fixed)
    expect(await isFree(fixed)).toBe(true)
  }
  const twoBlocks: PortRange = { from: 10_368, to: 65_536 }
  await using beside = reservePorts({ fixed: [10_300], systemRange: twoBlocks })
  for (const port of await beside.take(63)) {
    expect(port).toBeGreaterThan(10_304)
    expect(port).toBeLessThan(10_368)
  }
})

test.each<[string, PortRange, PortRange]>([
  ['Linux', { from: 32_768, to: 61_000 }, { from: 20_480, to: 32_768 }],
  ['macOS', { from: 49_152, to: 65_536 }, { from: 36_864, to: 49_152 }],
  ['a range that begins low', { from: 15_000, to: 65_000 }, { from: 10_240, to: 15_000 }],
  ['a range that begins at once', { from: 1024, to: 60_000 }, { from: 60_000, to: 65_536 }],
  ['a range of all there is', { from: 1024, to: 65_536 }, { from: 20_480, to: 32_768 }],
])('blocks lie beside the ports that the system gives: %s', (_, system, expected) => {
  expect(blocksBeside(system)).toEqual(expected)
})
