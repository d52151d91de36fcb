// Each step at which a service may die between an order and the news of it, in the order in which they come.
//
//   order ─▶ payment ─▶ provider: authorise, capture ─▶ confirmed or cancelled ─▶ feed ─▶ notification ─▶ mailbox

import type { CrashPoint } from './crash-at.ts'
import type { ServiceName } from './crash-system.ts'

/** What the sandbox is told to do, and what happens to the order. */
export type Story = 'paid' | 'delayed' | 'declined' | 'voided' | 'refunded'

export interface CrashCase {
  service: ServiceName
  point: CrashPoint
  story: Story
}

const both = (service: ServiceName, what: CrashPoint['what'], of: string, story: Story): CrashCase[] =>
  (['before', 'after'] as const).map((when) => ({ service, point: { when, what, of }, story }))

const order = [
  ...both('order', 'commit', 'order.placed', 'paid'),
  ...both('order', 'commit', 'order.payment_pending', 'delayed'),
  ...both('order', 'commit', 'order.confirmed', 'paid'),
  ...both('order', 'commit', 'order.cancelled', 'declined'),
  ...both('order', 'answer', 'POST /orders', 'paid'),
  ...both('order', 'answer', 'GET /feed', 'paid'),
  ...both('order', 'sync', 'order.ndjson', 'paid'),
]

const payment = [
  ...both('payment', 'commit', 'requested', 'paid'),
  ...both('payment', 'commit', 'authorised', 'paid'),
  ...both('payment', 'commit', 'captured', 'paid'),
  ...both('payment', 'commit', 'declined', 'declined'),
  ...both('payment', 'commit', 'declined', 'voided'),
  ...both('payment', 'answer', 'POST /charges', 'paid'),
  ...both('payment', 'commit', 'refund_requested', 'refunded'),
  ...both('payment', 'commit', 'refunded', 'refunded'),
]

const provider = [
  ...both('provider', 'commit', 'authorised', 'paid'),
  ...both('provider', 'answer', 'POST /payments', 'paid'),
  ...both('provider', 'commit', 'captured', 'paid'),
  ...both('provider', 'commit', 'declined', 'declined'),
  ...both('provider', 'commit', 'voided', 'voided'),
  ...both('provider', 'commit', 'refunded', 'refunded'),
]

const notification = [
  ...both('notification', 'commit', 'receipt', 'paid'),
  ...both('notification', 'commit', 'order-cancelled', 'declined'),
  { service: 'notification', point: { when: 'amid', what: 'write', of: 'email.ndjson' }, story: 'paid' },
  ...both('notification', 'sync', 'email.ndjson', 'paid'),
  ...both('notification', 'commit', 'sent', 'paid'),
] satisfies CrashCase[]

export const crashCases: CrashCase[] = [...order, ...payment, ...provider, ...notification]
