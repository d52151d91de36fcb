// What toxics leave to chance: the same seed decides the same, and nothing else has a say.

import { describe, expect, test } from 'vitest'
import { installed, virtualChain } from './virtual-chain.ts'

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
      isOwned: true,
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
