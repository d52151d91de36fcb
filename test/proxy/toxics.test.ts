// What each toxic does to one direction of one connection, in virtual time.

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
