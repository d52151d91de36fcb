// What becomes of the data that waits in a toxic when it is taken out or changed.

import { describe, expect, test } from 'vitest'
import { installed, virtualChain } from './virtual-chain.ts'

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
