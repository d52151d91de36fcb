import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deadUrl } from '@system/platform/testing'
import { runPaymentStandIn } from './payment-stand-in.ts'
import { book, runOrder } from './run-order.ts'

test('an order is stored and paid at once when payment answers', async (t) => {
  const payment = await runPaymentStandIn(t)
  const { place, read, feed } = await runOrder(t, payment.url)
  const placed = await place('k1')
  assert.equal(placed.status, 201)
  assert.deepEqual(placed.body, { id: placed.body.id, status: 'confirmed', ...book, version: 2 })
  assert.deepEqual((await read(placed.body.id)).body, placed.body)
  const { events } = await feed()
  assert.deepEqual(
    events.map(({ type, version, orderId, data }) => [type, version, orderId, data.key]),
    [
      ['order.placed', 1, placed.body.id, 'k1'],
      ['order.confirmed', 2, placed.body.id, 'k1'],
    ],
  )
})

test('the same key is the same order, also at the same time; a key is not taken for another order', async (t) => {
  const payment = await runPaymentStandIn(t)
  const { place, feed } = await runOrder(t, payment.url)
  const answers = await Promise.all(Array.from({ length: 50 }, () => place('k1')))
  assert.equal(new Set(answers.map(({ body }) => body.id)).size, 1)
  assert.equal((await place('k1', { ...book, quantity: 2 })).status, 422)
  const again = await place('k1')
  assert.deepEqual([again.status, again.body.status], [201, 'confirmed'])
  assert.equal((await feed()).events.length, 2)
  assert.equal(payment.chargesByKey.size, 1)
})

test('two subjects with one key get two orders, one subject gets one', async (t) => {
  const payment = await runPaymentStandIn(t)
  const { place } = await runOrder(t, payment.url)
  const orderOf = async (subject: string) => (await place('k1', book, { 'x-subject': subject })).body.id
  const ada = await orderOf('ada')
  assert.notEqual(await orderOf('bob'), ada)
  assert.equal(await orderOf('ada'), ada)
  assert.equal(payment.chargesByKey.size, 2)
})

test('the order of another subject is answered as one that does not exist, now and then, and its history too', async (t) => {
  const payment = await runPaymentStandIn(t)
  const { place, read } = await runOrder(t, payment.url)
  const ada = { 'x-subject': 'ada' }
  const { id } = (await place('k1', book, ada)).body
  const nobodys = (await place('k1')).body.id
  const questions = ['', '?version=1', '?version=9', `?at=${Date.now() + 1000}`, '/history']
  for (const question of questions) {
    const isThere = question === '?version=9' ? 404 : 200
    assert.equal((await read(id + question, ada)).status, isThere, `ada, ${question}`)
    assert.equal((await read(id + question)).status, isThere, `one of us, ${question}`)
    const missing = await read(`unknown${question}`, { 'x-subject': 'bob' })
    assert.equal(missing.status, 404)
    for (const one of [id, nobodys])
      assert.deepEqual(await read(one + question, { 'x-subject': 'bob' }), missing, `bob, ${question}`)
  }
})

test('what is not an order is refused', async (t) => {
  const { place, read } = await runOrder(t, await deadUrl())
  const table = [
    {},
    { ...book, quantity: 0 },
    { ...book, amountCents: 1.5 },
    { ...book, amountCents: 1e20 },
    { ...book, sku: '' },
  ]
  for (const body of table) assert.equal((await place('k1', body)).status, 400, JSON.stringify(body))
  assert.equal((await read('unknown')).status, 404)
})

test('what else the body of an order holds is no part of the order', async (t) => {
  const payment = await runPaymentStandIn(t)
  const { place, read, history } = await runOrder(t, payment.url)
  const placed = await place('k1', {
    ...book,
    id: 'mine',
    paymentKey: 'mine',
    key: 'k9',
    status: 'cancelled',
  })
  assert.deepEqual([placed.status, placed.body.status], [201, 'confirmed'])
  assert.equal((await read(placed.body.id)).status, 200)
  const [event] = (await history(placed.body.id)).events
  assert.deepEqual(event?.data, { ...book, key: 'k1', paymentKey: `charge-${placed.body.id}` })
})

test('the feed is read a page at a time, and ends where it ended', async (t) => {
  const payment = await runPaymentStandIn(t)
  const { place, feed } = await runOrder(t, payment.url)
  for (const key of ['a', 'b', 'c']) await place(key)
  const first = await feed('?limit=4')
  const rest = await feed(`?after=${first.next}&limit=4`)
  const positions = [...first.events, ...rest.events].map(({ pos }) => pos)
  assert.deepEqual(positions, [1, 2, 3, 4, 5, 6])
  assert.deepEqual(await feed('?after=6'), { events: [], next: 6 })
})

test('an order is read as it was at a version and at a time, and its history tells why', async (t) => {
  const payment = await runPaymentStandIn(t)
  const { place, read, history, confirmed } = await runOrder(t, payment.url)
  payment.trouble = { status: 503 }
  const { id } = (await place('k1')).body
  payment.trouble = undefined
  await confirmed(id)
  const { events } = await history(id)
  assert.deepEqual(
    events.map(({ type }) => type),
    ['order.placed', 'order.payment_pending', 'order.confirmed'],
  )
  const statuses = await Promise.all(
    [1, 2, 3].map(async (n) => (await read(`${id}?version=${n}`)).body.status),
  )
  assert.deepEqual(statuses, ['pending_payment', 'pending_payment', 'confirmed'])
  const [placedAt = 0, , confirmedAt = 0] = events.map(({ at }) => at)
  const atTime = async (at: number | string) => read(`${id}?at=${at}`)
  assert.equal((await atTime(placedAt - 1)).status, 404)
  assert.equal((await atTime(confirmedAt)).body.status, 'confirmed')
  assert.equal((await atTime(new Date(confirmedAt).toISOString())).body.status, 'confirmed')
  assert.equal((await read(`${id}?version=4`)).status, 404)
  for (const query of ['at=yesterday', 'version=0', `version=1&at=${placedAt}`]) {
    assert.equal((await read(`${id}?${query}`)).status, 400, query)
  }
})

test('a time that could mean two things, or that never comes, is refused, and the answer says how to write it', async (t) => {
  const payment = await runPaymentStandIn(t)
  const { place, read } = await runOrder(t, payment.url)
  const { id } = (await place('k1')).body
  const ambiguous = [
    '2030',
    '203012',
    '4100000000',
    '41000000000000',
    '2030-01-01T12:00',
    '1 Jan 2030',
    '2030-13-01',
    '2030-02-31',
    '2100-02-29T12:00Z',
  ]
  for (const at of ambiguous) {
    const { status, body } = await read(`${id}?at=${encodeURIComponent(at)}`)
    assert.equal(status, 400, at)
    assert.match(JSON.stringify(body), /2026-11-24T12:00:00Z, or epoch milliseconds \(13 digits\)/)
  }
  const clear = [
    '2096-02-29',
    '2100-01-01',
    '2100-01-01T12:00Z',
    '2100-01-01T12:00:00.5+01:00',
    '4102444800000',
  ]
  for (const at of clear) {
    assert.equal((await read(`${id}?at=${encodeURIComponent(at)}`)).body.status, 'confirmed', at)
  }
  for (const at of ['2020-01-01', '1577836800000'])
    assert.equal((await read(`${id}?at=${at}`)).status, 404, at)
})

test('the feed answers a waiting follower as soon as something happens', async (t) => {
  const { place, feed } = await runOrder(t, await deadUrl())
  const waiting = feed('?after=0&waitMs=30000')
  await place('k1')
  assert.equal((await waiting).events[0]?.type, 'order.placed')
})

test('a follower that waits does not hold up the end of the service', async (t) => {
  const { feed, close } = await runOrder(t, await deadUrl())
  const waiting = feed('?after=0&waitMs=30000')
  await feed() // served after the other one was taken up
  const startedMs = performance.now()
  await close()
  assert.deepEqual(await waiting, { events: [], next: 0 })
  assert.ok(performance.now() - startedMs < 15_000)
})
