import { describe, expect, test } from 'vitest'
import { installed, virtualChain } from './virtual-chain.ts'

const times = (out: { atMs: number; what: string }[]): [string, number][] =>
  out.map(({ what, atMs }) => [what, atMs])

describe('latency', () => {
  test('delays each byte by the same time and keeps the order', () => {
    const chain = virtualChain([installed({ type: 'latency', attributes: { latency: 100 } })])
    chain.send('a')
    chain.run(30)
    chain.send('b')
    chain.run(500)
    expect(chain.out.map(({ text, atMs }) => [text, atMs])).toEqual([
      ['a', 100],
      ['b', 130],
    ])
  })

  test('does not delay the end, but never tells it before the data', () => {
    const chain = virtualChain([installed({ type: 'latency', attributes: { latency: 100 } })])
    chain.end()
    expect(times(chain.out)).toEqual([['end', 0]])
    const busy = virtualChain([installed({ type: 'latency', attributes: { latency: 100 } })])
    busy.send('a')
    busy.end()
    busy.run(200)
    expect(times(busy.out)).toEqual([
      ['data', 100],
      ['end', 100],
    ])
  })

  test('adds up in a chain', () => {
    const chain = virtualChain([
      installed({ type: 'latency', attributes: { latency: 100 } }),
      installed({ type: 'latency', name: 'more', attributes: { latency: 50 } }),
    ])
    chain.send('a')
    chain.run(500)
    expect(times(chain.out)).toEqual([['data', 150]])
  })

  test('jitters within its bounds, both ways, and never overtakes', () => {
    const delays: number[] = []
    for (let connection = 1; connection <= 400; connection++) {
      const toxic = installed({ type: 'latency', attributes: { latency: 100, jitter: 20 } })
      const chain = virtualChain([toxic], { connection })
      chain.send('a')
      chain.run(1000)
      delays.push(chain.out[0]!.atMs)
    }
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(80)
    expect(Math.min(...delays)).toBeLessThan(82)
    expect(Math.max(...delays)).toBeLessThanOrEqual(120)
    expect(Math.max(...delays)).toBeGreaterThan(118)
    const one = virtualChain([installed({ type: 'latency', attributes: { latency: 10, jitter: 10 } })])
    for (let i = 0; i < 100; i++) one.send(String(i % 10))
    one.run(1000)
    expect(one.out.map(({ text }) => text).join('')).toBe('0123456789'.repeat(10))
  })
})

describe('bandwidth', () => {
  test('passes rate KB a second, in slices of 100 ms', () => {
    const chain = virtualChain([installed({ type: 'bandwidth', attributes: { rate: 10 } })])
    chain.send(2500)
    chain.run(5000)
    expect(chain.out.map(({ bytes, atMs }) => [bytes, atMs])).toEqual([
      [1000, 100],
      [1000, 200],
      [500, 250],
    ])
  })

  test('a rate of 0 lets nothing through and holds the sender back', () => {
    const chain = virtualChain([installed({ type: 'bandwidth', attributes: { rate: 0 } })])
    chain.send(200_000)
    chain.run(1e9)
    expect(chain.out).toEqual([])
    expect(chain.pipeline.isFull()).toBe(true)
  })
})

test('slow_close tells the end late and data at once', () => {
  const chain = virtualChain([installed({ type: 'slow_close', attributes: { delay: 300 } })])
  chain.send('a')
  chain.end()
  chain.run(1000)
  expect(times(chain.out)).toEqual([
    ['data', 0],
    ['end', 300],
  ])
})

describe('timeout', () => {
  const toxic = (timeout: number) => installed({ type: 'timeout', attributes: { timeout } })
  const busy = (isCompat: boolean) => {
    const chain = virtualChain([toxic(200)], { isCompat })
    for (let at = 0; at < 1000; at += 50) {
      chain.run(at)
      chain.send('x')
    }
    chain.run(5000)
    return times(chain.out)
  }

  test('swallows all and closes after its time, however busy the connection is', () => {
    expect(busy(false)).toEqual([['close', 200]])
  })

  test('in compat each chunk starts the time anew, as in Toxiproxy', () => {
    expect(busy(true)).toEqual([['close', 1150]])
  })

  test('0 never closes; taking it out does', () => {
    const chain = virtualChain([toxic(0)])
    chain.send('x')
    chain.run(1e8)
    expect(chain.out).toEqual([])
    chain.set([])
    expect(times(chain.out)).toEqual([['close', 1e8]])
  })

  test('an update keeps the moment from which it counts', () => {
    const one = toxic(1000)
    const chain = virtualChain([one])
    chain.run(300)
    one.attributes = { timeout: 400 }
    one.version++
    chain.set([one])
    chain.run(5000)
    expect(times(chain.out)).toEqual([['close', 400]])
  })

  test('a side that ends is let go at once', () => {
    const chain = virtualChain([toxic(0)])
    chain.end()
    expect(times(chain.out)).toEqual([['close', 0]])
  })
})

test('reset_peer resets after its time, without waiting for a byte; in compat it waits', () => {
  const toxic = installed({ type: 'reset_peer', attributes: { timeout: 50 } })
  const silent = virtualChain([toxic])
  silent.run(1000)
  expect(times(silent.out)).toEqual([['reset', 50]])
  const compat = virtualChain([toxic], { isCompat: true })
  compat.run(1000)
  expect(compat.out).toEqual([])
  compat.send('x')
  compat.run(2000)
  expect(times(compat.out)).toEqual([['reset', 1050]])
})

describe('slicer', () => {
  test('cuts into pieces of average ± variation, each later by the delay, and loses nothing', () => {
    const attributes = { average_size: 100, size_variation: 50, delay: 500 }
    const chain = virtualChain([installed({ type: 'slicer', attributes })])
    chain.send(10_000)
    chain.run(10_000)
    const sizes = chain.out.map(({ bytes }) => bytes)
    expect(chain.bytesOut()).toBe(10_000)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(150)
    expect(Math.min(...sizes.slice(0, -1))).toBeGreaterThanOrEqual(50)
    expect(new Set(sizes).size).toBeGreaterThan(10)
    expect(chain.out.at(-1)!.atMs).toBeCloseTo((chain.out.length - 1) * 0.5)
  })
})

describe('limit_data', () => {
  test('passes exactly so many bytes, then closes', () => {
    const chain = virtualChain([installed({ type: 'limit_data', attributes: { bytes: 5 } })])
    chain.send('abc')
    chain.send('defg')
    expect(chain.out.map(({ what, text }) => [what, text])).toEqual([
      ['data', 'abc'],
      ['data', 'de'],
      ['close', ''],
    ])
  })

  test('an update keeps the count', () => {
    const toxic = installed({ type: 'limit_data', attributes: { bytes: 5 } })
    const chain = virtualChain([toxic])
    chain.send('abc')
    toxic.attributes = { bytes: 4 }
    toxic.version++
    chain.set([toxic])
    chain.send('def')
    expect(chain.out.map(({ text }) => text).join('')).toBe('abcd')
  })
})

describe('packet_loss', () => {
  const stalled = (attributes: object, seed: number): number => {
    const chain = virtualChain([installed({ type: 'packet_loss', attributes })], { seed })
    chain.send(1460 * 1000)
    chain.run(1e7)
    expect(chain.bytesOut()).toBe(1460 * 1000)
    return chain.out.at(-1)!.atMs
  }

  test('loses no byte; each loss costs a retransmission timeout', () => {
    expect(stalled({ loss_rate: 0 }, 1)).toBe(0)
    // 1,000 packets, a tenth lost once, a hundredth twice: about 100 × 200 + 10 × 400 + 1 × 800 ms.
    const means = Array.from({ length: 20 }, (_, seed) => stalled({ loss_rate: 0.1 }, seed))
    const mean = means.reduce((sum, one) => sum + one, 0) / means.length
    expect(mean).toBeGreaterThan(22_000)
    expect(mean).toBeLessThan(28_000)
  })

  test('loses more with correlation', () => {
    expect(stalled({ loss_rate: 0.1, correlation: 0.9 }, 1)).toBeGreaterThan(stalled({ loss_rate: 0.1 }, 1))
  })
})

describe('chance', () => {
  const trace = (seed: number): string => {
    const toxics = [
      installed({ type: 'latency', attributes: { latency: 50, jitter: 50 }, toxicity: 0.5 }),
      installed({ type: 'packet_loss', attributes: { loss_rate: 0.3 }, toxicity: 0.7 }),
      installed({ type: 'slicer', attributes: { average_size: 50, size_variation: 50 } }),
    ]
    return Array.from({ length: 20 }, (_, connection) => {
      const chain = virtualChain(toxics, { seed, connection })
      for (let i = 0; i < 5; i++) chain.send(3000)
      chain.run(1e6)
      return JSON.stringify(chain.out.map(({ atMs, bytes }) => [atMs, bytes]))
    }).join('\n')
  }

  test('the same seed decides the same, 100 of 100', { timeout: 30_000 }, () => {
    const first = trace(7)
    for (let i = 0; i < 99; i++) expect(trace(7) === first).toBe(true)
  })

  test('different seeds decide differently', () => {
    expect(new Set(Array.from({ length: 20 }, (_, seed) => trace(seed))).size).toBe(20)
  })

  /** Which of 30 connections a fault with a seed of its own affects, and what it does to them. */
  const ownTrace = (seed: number, { proxySeed = 1, before = 0 } = {}): string => {
    const toxic = {
      ...installed({
        type: 'latency',
        name: `fault-${proxySeed}-${before}`,
        attributes: { latency: 50, jitter: 50 },
        toxicity: 0.5,
        seed,
      }),
      firstConnection: before + 1,
    }
    return Array.from({ length: 30 }, (_, index) => {
      const chain = virtualChain([toxic], { seed: proxySeed, connection: before + 1 + index })
      for (let i = 0; i < 5; i++) chain.send(100)
      chain.run(1000)
      return JSON.stringify(chain.out.map(({ atMs }) => atMs))
    }).join('\n')
  }

  test('a seed of its own decides the same 100 of 100, whatever the proxy saw before', () => {
    const first = ownTrace(7)
    for (let i = 0; i < 99; i++)
      expect(ownTrace(7, { proxySeed: i + 2, before: i * 13 }) === first).toBe(true)
  })

  test('different seeds of its own decide differently', () => {
    expect(new Set(Array.from({ length: 100 }, (_, seed) => ownTrace(seed))).size).toBe(100)
  })

  test('toxicity is the share of connections, and a neighbour changes nobody', () => {
    const noisy = (toxicity: number) =>
      installed({ type: 'limit_data', name: 'n', toxicity, attributes: { bytes: 0 } })
    const neighbour = installed({ type: 'noop' })
    const hit = (toxics: ReturnType<typeof installed>[], connection: number): boolean => {
      const chain = virtualChain(toxics, { connection })
      chain.send('x')
      return chain.out.some(({ what }) => what === 'close')
    }
    const connections = Array.from({ length: 2000 }, (_, index) => index + 1)
    const some = connections.filter((connection) => hit([noisy(0.3)], connection))
    expect(some.length / 2000).toBeGreaterThan(0.26)
    expect(some.length / 2000).toBeLessThan(0.34)
    expect(connections.filter((connection) => hit([neighbour, noisy(0.3)], connection))).toEqual(some)
    // A higher toxicity only adds connections.
    const more = new Set(connections.filter((connection) => hit([noisy(0.6)], connection)))
    expect(some.every((connection) => more.has(connection))).toBe(true)
    expect(connections.some((connection) => hit([noisy(0)], connection))).toBe(false)
  })
})

describe('taking a toxic out', () => {
  test('hands what waits on at once, in order, through the toxics behind it', () => {
    const slow = installed({ type: 'latency', attributes: { latency: 60_000 } })
    const stalled = installed({ type: 'bandwidth', attributes: { rate: 0 } })
    const late = installed({ type: 'latency', name: 'late', attributes: { latency: 10 } })
    const chain = virtualChain([slow, stalled, late])
    chain.send('a')
    chain.run(60_000)
    chain.send('b')
    chain.set([late])
    chain.end()
    chain.run(70_000)
    expect(chain.out.map(({ what, text, atMs }) => [what, text, atMs])).toEqual([
      ['data', 'a', 60_010],
      ['data', 'b', 60_010],
      ['end', '', 60_010],
    ])
    expect(chain.pipeline.isFull()).toBe(false)
  })

  const mebibyteIn = (...toxics: ReturnType<typeof installed>[]) => {
    const chain = virtualChain(toxics)
    for (let index = 0; index < 16; index++) chain.send(String.fromCharCode(65 + index).repeat(65_536))
    return chain
  }
  const inOrder = 'ABCDEFGHIJKLMNOP'
  const letters = (out: { text: string }[]): string => out.map(({ text }) => text.charAt(0)).join('')

  test('hands very much on in turns, and the sender waits until all of it is through', () => {
    const chain = mebibyteIn(installed({ type: 'latency', attributes: { latency: 60_000 } }))
    chain.set([])
    expect(letters(chain.out)).toBe('A')
    expect(chain.pipeline.isFull()).toBe(true)
    chain.send('Q')
    chain.end()
    chain.run(0)
    expect(letters(chain.out.filter(({ what }) => what === 'data'))).toBe(`${inOrder}Q`)
    expect(chain.out.at(-1)!.what).toBe('end')
    expect(chain.pipeline.isBare()).toBe(true)
  })

  test('hands nothing to a receiver that has enough, until it takes more', () => {
    const chain = mebibyteIn(installed({ type: 'latency', attributes: { latency: 60_000 } }))
    chain.block(true)
    chain.set([])
    chain.run(1e6)
    expect(chain.out).toEqual([])
    expect([chain.pipeline.isFull(), chain.pipeline.dueMs()]).toEqual([true, Infinity])
    chain.block(false)
    chain.run(1e6)
    expect(letters(chain.out)).toBe(inOrder)
  })

  test('a toxic behind it gets no more than it has room for, and touches no more', () => {
    const stalled = installed({ type: 'bandwidth', attributes: { rate: 0 } })
    const chain = mebibyteIn(installed({ type: 'latency', attributes: { latency: 60_000 } }), stalled)
    chain.set([stalled])
    chain.run(1e6)
    expect(stalled.touched.bytes).toBe(2 * 65_536)
    chain.set([])
    chain.run(1e6)
    expect(letters(chain.out)).toBe(inOrder)
    expect(stalled.touched.bytes).toBe(2 * 65_536)
  })

  test('what comes after an update waits behind what waited before it', () => {
    const late = installed({ type: 'latency', attributes: { latency: 60_000 } })
    const chain = mebibyteIn(late)
    chain.block(true)
    late.attributes = { latency: 10, jitter: 0 }
    late.version++
    chain.set([late])
    chain.send('Q')
    chain.run(100)
    chain.block(false)
    chain.run(200)
    expect(letters(chain.out)).toBe(`${inOrder}Q`)
  })

  test('a new toxic does not touch what waited in one that was taken out before', () => {
    const chain = mebibyteIn(installed({ type: 'latency', attributes: { latency: 60_000 } }))
    chain.set([])
    const next = installed({ type: 'latency', name: 'next', attributes: { latency: 10 } })
    chain.set([next])
    chain.send('Q')
    chain.run(1)
    expect(letters(chain.out)).toBe(inOrder)
    expect(next.touched.bytes).toBe(1)
    chain.run(20)
    expect(letters(chain.out)).toBe(`${inOrder}Q`)
  })

  test('a connection that is closed by another toxic still gets what was let through before', () => {
    const limit = installed({ type: 'limit_data', attributes: { bytes: 16 * 65_536 + 1 } })
    const chain = mebibyteIn(limit, installed({ type: 'latency', attributes: { latency: 60_000 } }))
    chain.block(true)
    chain.set([limit])
    chain.send('QR')
    expect(letters(chain.out.filter(({ what }) => what === 'data'))).toBe(`${inOrder}Q`)
    expect(chain.bytesOut()).toBe(16 * 65_536 + 1)
    expect(chain.out.at(-1)!.what).toBe('close')
  })

  test('what a slicer cut is whole again', () => {
    const chain = virtualChain([installed({ type: 'slicer', attributes: { average_size: 1, delay: 1000 } })])
    chain.send('abcdef')
    chain.set([])
    expect(chain.out.map(({ text }) => text)).toEqual(['a', 'bcdef'])
  })

  test('what was touched is counted', () => {
    const toxic = installed({ type: 'latency', attributes: { latency: 10 } })
    const chain = virtualChain([toxic])
    expect(toxic.touched.bytes).toBe(0)
    chain.send('abc')
    expect(toxic.touched).toMatchObject({ bytes: 3, connections: 1, firstAt: 0 })
  })
})
