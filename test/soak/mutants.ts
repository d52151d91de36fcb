// The guarantees of the generated services, each with the mutant that breaks it. `msvc verify` has to find
// every one after a few rounds of kills.

import type { RenderedSystem } from '../fixtures/rendered-system.ts'

export interface GuaranteeMutant {
  fault: string
  edits: [path: string, from: string, to: string][]
  /** What names it. */
  complaint: RegExp
}

const order = 'services/order/src'
const payment = 'services/payment/src'
const notification = 'services/notification/src'

export const guaranteeMutants: GuaranteeMutant[] = [
  {
    fault: 'order forgets the idempotency key of its client',
    edits: [[`${order}/order-store.ts`, 'events: [placed], key: storedKey })', 'events: [placed] })']],
    complaint: /the key .* made two orders/,
  },
  {
    fault: 'order asks payment again under another key',
    edits: [
      [
        `${order}/pay-order.ts`,
        'idempotencyKey: order.paymentKey',
        'idempotencyKey: `${order.paymentKey}-${retryAttempt}`',
      ],
    ],
    complaint: /charged under/,
  },
  {
    fault: 'payment asks the provider without the key of the charge',
    edits: [
      [
        `${payment}/settle-charge.ts`,
        'provider.authorise(charge.key,',
        'provider.authorise(`${charge.key}-${performance.now()}`,',
      ],
    ],
    complaint: /money is still reserved|charged \d+ times/,
  },
  {
    fault: 'payment has no reconciliation',
    edits: [
      [
        `${payment}/reconcile.ts`,
        'running ??= round().finally(() => (running = undefined))',
        'running ??= undefined',
      ],
    ],
    complaint: /is refund_requested|agree on refunds/,
  },
  {
    fault: 'payment asks for a refund before it has written that down',
    edits: [
      [
        `${payment}/routes.ts`,
        "await store.enter(id, 'refund_requested', known.providerId)",
        "{ ...known, state: 'refund_requested' as const }",
      ],
    ],
    complaint: /payment has given back 0 cents, the provider 1999/,
  },
  {
    fault: 'a store answers before it has committed',
    edits: [
      [
        'platform/src/group-commit.ts',
        "database.exec('begin immediate')",
        "if (!database.isTransaction) database.exec('begin immediate')",
      ],
      [
        'platform/src/group-commit.ts',
        "      database.exec('commit')\n",
        "      for (const answer of answers) answer()\n      setTimeout(() => database.isOpen && database.isTransaction && database.exec('commit'), 700)\n",
      ],
    ],
    complaint: /never recorded it|about no event|made two orders|was never charged/,
  },
  {
    fault: 'notification moves its checkpoint before it has written the messages down',
    edits: [
      [
        `${notification}/follow-orders.ts`,
        'await store.record(events.flatMap(messagesFor), next)',
        'await store.record([], next)\n      await sleep(400)\n      await store.record(events.flatMap(messagesFor), next)',
      ],
    ],
    complaint: /nobody was told/,
  },
  {
    fault: 'notification writes the messages down before its checkpoint, under ids by chance',
    edits: [
      [
        `${notification}/follow-orders.ts`,
        'await store.record(events.flatMap(messagesFor), next)',
        'await store.record(events.flatMap(messagesFor), store.checkpoint())\n      await sleep(400)\n      await store.record([], next)',
      ],
      [
        `${notification}/message.ts`,
        'id: `${eventId}:${channel}`',
        'id: `${eventId}:${channel}:${Math.random()}`',
      ],
    ],
    complaint: /was told \d+ times|arrived as/,
  },
  {
    fault: 'notification marks a message as sent before it is',
    edits: [
      [
        `${notification}/deliver.ts`,
        'const attempts = (await Promise.all(due.map(attempt)))',
        "await store.settle(due.map(({ id }) => ({ kind: 'sent', id, via: channel.via })))\n      await sleep(400)\n      const attempts = (await Promise.all(due.map(attempt)))",
      ],
    ],
    complaint: /did not arrive/,
  },
  {
    fault: 'order does not read from its log what is open',
    edits: [
      [
        `${order}/order-store.ts`,
        '(openOrders.all(placedBefore) as unknown as { id: string }[]).map(({ id }) => id)',
        '[] as string[]',
      ],
    ],
    complaint: /neither confirmed nor cancelled/,
  },
]

export async function plant(system: RenderedSystem, { edits }: GuaranteeMutant): Promise<void> {
  for (const [path, from, to] of edits) await system.edit(path, from, to)
}
