// Proxies that listen: where, what they keep, and in which order they are told.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { proxyUnderTest, type ProxyUnderTest } from '../fixtures/proxied.ts'

let proxy: ProxyUnderTest
beforeEach(async () => {
  proxy = await proxyUnderTest()
})
afterEach(() => proxy[Symbol.asyncDispose]())

const textType = 'text/plain; charset=utf-8'
const disabled = { name: 'p', listen: 'localhost:0', upstream: 'localhost:6379', enabled: false }

describe('proxies that listen', () => {
  test('tell where, and get another port when asked for port 0 again', async () => {
    const made = await proxy.call('POST', '/proxies', {
      name: 'p',
      upstream: 'localhost:1',
      listen: 'localhost:0',
    })
    const { listen } = JSON.parse(made.text) as { listen: string }
    expect(listen).toMatch(/^127\.0\.0\.1:\d+$/)
    const same = await proxy.call('PATCH', '/proxies/p', { listen: listen.replace('127.0.0.1', 'localhost') })
    expect(JSON.parse(same.text)).toMatchObject({ listen })
    const other = await proxy.call('PATCH', '/proxies/p', { listen: 'localhost:0' })
    expect((JSON.parse(other.text) as { listen: string }).listen).not.toBe(listen)
  })

  test('cannot have a port that is taken; populate tells what it made before', async () => {
    const made = await proxy.call('POST', '/proxies', { name: 'p', upstream: 'localhost:1' })
    const { listen } = JSON.parse(made.text) as { listen: string }
    const message = `listen tcp ${listen}: bind: address already in use`
    const taken = await proxy.call('POST', '/proxies', { name: 'q', upstream: 'localhost:1', listen })
    expect([taken.status, taken.type, JSON.parse(taken.text)]).toEqual([
      500,
      textType,
      { error: message, status: 500 },
    ])
    const partly = await proxy.call('POST', '/populate', [
      { name: 'a', upstream: 'localhost:1', enabled: false },
      { name: 'b', upstream: 'localhost:1', listen },
      { name: 'c', upstream: 'localhost:1', enabled: false },
    ])
    expect(partly.status).toBe(500)
    expect(JSON.parse(partly.text)).toMatchObject({ error: message, status: 500, proxies: [{ name: 'a' }] })
    expect(Object.keys(JSON.parse((await proxy.call('GET', '/proxies')).text) as object)).toEqual(['a', 'p'])
  })

  test('keep their toxics and state when populated with the same addresses', async () => {
    const made = await proxy.call('POST', '/proxies', { name: 'p', upstream: 'localhost:1' })
    const { listen } = JSON.parse(made.text) as { listen: string }
    await proxy.call('POST', '/proxies/p/toxics', { type: 'noop' })
    const again = await proxy.call('POST', '/populate', [
      { name: 'p', upstream: 'localhost:1', listen, enabled: false },
    ])
    expect(JSON.parse(again.text)).toMatchObject({ proxies: [{ enabled: true, toxics: [{ type: 'noop' }] }] })
  })

  test('/reset enables all and removes all toxics', async () => {
    await proxy.call('POST', '/proxies', { name: 'p', upstream: 'localhost:1', enabled: false })
    await proxy.call('POST', '/proxies/p/toxics', { type: 'noop' })
    const reset = await proxy.call('POST', '/reset')
    expect([reset.status, reset.text]).toEqual([204, ''])
    expect(JSON.parse((await proxy.call('GET', '/proxies/p')).text)).toMatchObject({
      enabled: true,
      toxics: [],
    })
  })

  test('list upstream toxics first, then downstream, as they came', async () => {
    await proxy.call('POST', '/proxies', disabled)
    for (const [name, stream] of [
      ['a', 'downstream'],
      ['b', 'upstream'],
      ['c', 'downstream'],
      ['d', 'upstream'],
    ]) {
      await proxy.call('POST', '/proxies/p/toxics', { type: 'noop', name, stream })
    }
    const { text } = await proxy.call('GET', '/proxies/p/toxics')
    expect((JSON.parse(text) as { name: string }[]).map(({ name }) => name)).toEqual(['b', 'd', 'a', 'c'])
  })

  test('names sort as text, numbers too', async () => {
    for (const name of ['b', '10', 'a', '9']) await proxy.call('POST', '/proxies', { ...disabled, name })
    const { text } = await proxy.call('GET', '/proxies')
    expect([...text.matchAll(/"([^"]+)":\{"name"/g)].map(([, name]) => name)).toEqual(['10', '9', 'a', 'b'])
  })

  test('100 made at once under one name are one', async () => {
    const answers = await Promise.all(
      Array.from({ length: 100 }, () =>
        proxy.call('POST', '/proxies', { name: 'p', upstream: 'localhost:1' }),
      ),
    )
    const statuses = answers.map(({ status }) => status)
    expect([
      statuses.filter((one) => one === 201).length,
      statuses.filter((one) => one === 409).length,
    ]).toEqual([1, 99])
  })
})
