// Every invariant: records of a system in which all went well hold, and each kind of loss is named.

import { expect, test } from 'vitest'
import { checkInvariants, verdictOfInvariants } from '../../src/chaos/invariants.ts'
import { healthy, type Records } from './healthy-records.ts'

test('a system in which all went well holds, and every invariant had something to look at', () => {
  const results = checkInvariants(healthy())
  expect(results.map(({ state }) => state)).toEqual(results.map(() => 'held'))
  expect(verdictOfInvariants(results)).toBe('PASS')
})

const losses: [what: string, spoil: (records: Records) => void, complaint: RegExp][] = [
  [
    'an acknowledged order is lost',
    (r) => r.acknowledged.push({ arrival: 2, key: 'k3', id: 'o3' }),
    /o3 was acknowledged, but order never recorded it/,
  ],
  [
    'an order was acknowledged to another key than it has',
    (r) => (r.acknowledged[0]!.key = 'k9'),
    /o1 was acknowledged to the key k9, but order recorded it under k-o1/,
  ],
  [
    'an order that was acknowledged as confirmed is cancelled',
    (r) => (r.acknowledged[1]!.status = 201),
    /o2 was acknowledged as confirmed, and is cancelled/,
  ],
  ['an order has no end', (r) => void r.feed.pop(), /o2 is neither confirmed nor cancelled/],
  [
    'two orders got one answer',
    (r) => (r.acknowledged[1]!.id = 'o1'),
    /o1 was the answer to two orders, k-o1 and k-o2/,
  ],
  [
    'an acknowledgement without an id',
    (r) => (r.acknowledged[0]!.id = null),
    /arrival 0 was acknowledged without an id/,
  ],
  [
    'a confirmed order is not charged',
    (r) => void r.charges.shift(),
    /o1 is confirmed, but was never charged/,
  ],
  ['an order is charged twice', (r) => r.charges.push(r.charges[0]!), /o1 was charged 2 times/],
  ['a charge under another key', (r) => (r.charges[0]!.key = 'other'), /charged under other/],
  ['a charge of another amount', (r) => (r.charges[0]!.amountCents = 1), /of 500 cents, but was charged 1/],
  [
    'a cancelled order is charged',
    (r) => (r.charges[1]!.state = 'captured'),
    /o2 is cancelled, but was charged/,
  ],
  ['a payment is of no order', (r) => (r.charges[0]!.orderId = 'o9'), /o9, which order never recorded/],
  ['a payment is not settled', (r) => (r.charges[1]!.state = 'unknown'), /charge-o2 of o2 is unknown/],
  [
    'the provider charged twice',
    (r) => r.ledger.push({ ...r.ledger[0]!, id: 'p3' }),
    /o1 was charged 2 times/,
  ],
  [
    'the provider charged and nobody heard',
    (r) => (r.ledger[1]!.state = 'captured'),
    /o2 is cancelled, but was charged/,
  ],
  [
    'a refund that nobody settles',
    (r) => (r.charges[0]!.state = 'refund_requested'),
    /charge-o1 of o1 is refund_requested/,
  ],
  [
    'the provider gave money back and payment did not hear',
    (r) => (r.ledger[0]!.state = 'refunded'),
    /o1: payment has given back 0 cents, the provider 500/,
  ],
  [
    'payment claims a refund that the provider never made',
    (r) => (r.charges[0]!.state = 'refunded'),
    /o1: payment has given back 500 cents, the provider 0/,
  ],
  [
    'a cancelled order that was captured, and whose refund was refused',
    (r) => {
      r.ledger[1]!.state = 'captured'
      r.charges[1]!.state = 'refund_refused'
    },
    /o2 is cancelled, but was charged and not given back/,
  ],
  [
    'a cancelled order that was captured twice and given back once',
    (r) => {
      r.ledger[1]!.state = 'refunded'
      r.ledger.push({ ...r.ledger[1]!, id: 'p3', state: 'captured' })
    },
    /o2 was charged 2 times/,
  ],
  ['the provider still holds money', (r) => (r.ledger[1]!.state = 'authorised'), /money is still reserved/],
  ['the provider knows an order that we do not', (r) => (r.ledger[0]!.reference = 'o9'), /p1 of o9/],
  ['nobody was told', (r) => void r.messages.splice(0, 1), /nobody was told of order.payment_pending of o1/],
  ['told twice on a channel', (r) => r.messages.push({ ...r.messages[1]!, id: 'again' }), /was told 3 times/],
  [
    'one channel was told and another was not',
    (r) => void r.messages.splice(2, 1),
    /nobody was told of order.confirmed of o1 by push/,
  ],
  [
    'told on a channel that is not meant, instead of one that is',
    (r) => (r.messages[4]!.channel = 'push'),
    /nobody was told of order.cancelled of o2 by sms/,
  ],
  ['told something else', (r) => (r.messages[3]!.kind = 'receipt'), /was told as receipt of o2/],
  ['told of nothing', (r) => (r.messages[0]!.eventId = 'e99'), /is about no event of the feed/],
  ['a message did not arrive', (r) => void r.mailbox.pop(), /e5:sms .* did not arrive/],
  ['a message arrived twice', (r) => r.mailbox.push(r.mailbox[0]!), /arrived 2 times/],
  [
    'a message arrived again under another id',
    (r) => r.mailbox.push({ ...r.mailbox[0]!, id: 'other' }),
    /arrived as e3:email and again as other/,
  ],
  [
    'a message arrived as that of another order',
    (r) => (r.mailbox[1]!.orderId = 'o2'),
    /e4:email was receipt of o1 by email, but arrived as receipt of o2 by email/,
  ],
  [
    'a message arrived on another channel',
    (r) => (r.mailbox[4]!.channel = 'push'),
    /e5:sms was order-cancelled of o2 by sms, but arrived as order-cancelled of o2 by push/,
  ],
  [
    'the feed ends before the log does',
    (r) => (r.audit = { ...r.audit!, events: 6 }),
    /event 6 is in the log, but the feed ends before it/,
  ],
  [
    'one key made two orders',
    (r) => (r.feed[1]!.data.key = 'k-o1'),
    /the key k-o1 made two orders, o1 and o2/,
  ],
  ['an event is missing', (r) => void r.feed.splice(2, 1), /event 3 is missing; 4 follows/],
  ['a version is missing', (r) => (r.feed[3]!.version = 4), /o1 goes from version 2 to 4/],
  [
    'something happened to an order that had ended',
    (r) => r.feed.push({ ...r.feed[4]!, pos: 6, id: 'e6', version: 3 }),
    /o2 had ended before order.cancelled/,
  ],
  [
    'the audit chain is broken',
    (r) => (r.audit = { ...r.audit!, broken: { pos: 3, reason: 'gone' } }),
    /event 3: gone/,
  ],
]

test.each(losses)('found: %s', (_, spoil, complaint) => {
  const records = healthy()
  spoil(records)
  const results = checkInvariants(records)
  expect(verdictOfInvariants(results)).toBe('FAIL')
  expect(results.flatMap(({ examples }) => examples).join('\n')).toMatch(complaint)
})

test('one key of two subjects is two keys', () => {
  const records = healthy()
  for (const [index, subject] of ['ada', 'bob'].entries()) {
    records.feed[index]!.data = { ...records.feed[index]!.data, key: 'k1', subject }
    records.acknowledged[index]!.key = 'k1'
  }
  expect(verdictOfInvariants(checkInvariants(records))).toBe('PASS')
})

test('a notification that does not say on which channels it tells is looked at without, and that is said', () => {
  const [told] = checkInvariants({ ...healthy(), news: null }).filter(({ name }) => /of each kind/.test(name))
  expect(told).toMatchObject({
    state: 'held',
    notChecked: [{ what: 'by each channel, which notification does not list', count: 3 }],
  })
})

test('what left for the outside is not checked, neither lost nor arrived, and said by channel', () => {
  const records = healthy()
  const arrivalIn = (mailbox: Records['mailbox'] | null) =>
    checkInvariants({ ...records, mailbox }).find(({ name }) => name === 'every notification arrived once')
  const arrival = () => arrivalIn(records.mailbox)
  const leave = (channel: string, via: string) => {
    records.messages = records.messages.map((one) => (one.channel === channel ? { ...one, via } : one))
    records.mailbox = records.mailbox.filter((one) => one.channel !== channel)
  }
  leave('email', 'smtp')
  expect(arrival()).toMatchObject({
    state: 'held',
    checked: 2,
    notChecked: [{ what: 'email by smtp', count: 3 }],
  })
  expect(verdictOfInvariants(checkInvariants(records))).toBe('PASS')

  records.messages[0]!.state = 'dead'
  expect(arrival()).toMatchObject({ state: 'broken', broken: 1, checked: 3 })
  records.messages[0]!.state = 'sent'

  leave('push', 'webhook')
  leave('sms', 'webhook')
  const all = [
    { what: 'email by smtp', count: 3 },
    { what: 'push by webhook', count: 1 },
    { what: 'sms by webhook', count: 1 },
  ]
  for (const mailbox of [[], null]) {
    expect(arrivalIn(mailbox)).toMatchObject({ state: 'not-checked', checked: 0, notChecked: all })
    expect(verdictOfInvariants(checkInvariants({ ...records, mailbox }))).toBe('PASS')
  }
})

test('a mailbox that is gone is no excuse for what went to it', () => {
  const records = healthy()
  const messages = records.messages.map((one) => ({ ...one, via: 'mailbox' }))
  expect(verdictOfInvariants(checkInvariants({ ...records, messages, mailbox: null }))).toBe('FAIL')
})

test('no more than five counter-examples are named, all are counted', () => {
  const records = healthy()
  records.acknowledged = Array.from({ length: 9 }, (_, arrival) => ({
    arrival,
    key: `k${arrival}`,
    id: `lost-${arrival}`,
  }))
  const [acknowledged] = checkInvariants(records)
  expect(acknowledged).toMatchObject({ state: 'broken', checked: 9, broken: 9 })
  expect(acknowledged!.examples).toHaveLength(5)
})

test('what nobody could look at is not held, and a system without records has not passed', () => {
  const nothing = { charges: null, ledger: null, messages: null, mailbox: null, audit: null }
  const results = checkInvariants({ ...nothing, acknowledged: [], feed: [] })
  expect(new Set(results.map(({ state }) => state))).toEqual(new Set(['not-checked']))
  expect(verdictOfInvariants(results)).toBe('FAIL')
})

test.each([
  [0, 'confirmed'],
  [1, 'cancelled'],
])('a refund of order %i, which is %s, is no loss', (index) => {
  const records = healthy()
  records.charges[index]!.state = 'refunded'
  records.ledger[index]!.state = 'refunded'
  expect(verdictOfInvariants(checkInvariants(records))).toBe('PASS')
})
