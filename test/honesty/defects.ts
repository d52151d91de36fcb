// Systems with one defect each, as people make them, and the expectation that must name it.

import type { HonestyExperiment } from './experiments.ts'

export interface Defect {
  name: string
  experiment: HonestyExperiment
  /** File, what stands in it exactly once, what stands there instead. */
  edits: readonly (readonly [path: string, from: string, to: string])[]
  /** Must be among those that were missed. */
  names: string
  /** Also run in the gate. */
  isInGate?: true
}

const orderService = 'services/order/src/service.ts'
const gatewayService = 'services/gateway/src/service.ts'
const placeOrder = 'services/order/src/place-order.ts'

const settled = "if (result.kind === 'settled') return { kind: 'order', order: result.order }"

const breakerNeverTrips = [
  'platform/src/breaker.ts',
  'if (reason !== undefined) open(call.settledMs, reason)',
  'void reason',
] as const

const whileAway = (condition: string, answer: string): string =>
  `app.addHook('onRequest', (request, reply, done) => void (${condition} ? ${answer} : done()))`

export const defects: readonly Defect[] = [
  {
    name: 'a breaker that never trips',
    experiment: 'payment-down',
    edits: [breakerNeverTrips],
    names: 'order:payment open within 3s of kill payment',
    isInGate: true,
  },
  {
    name: 'a breaker that stays open for ten minutes',
    experiment: 'payment-down',
    edits: [
      ['platform/src/breaker-config.ts', 'openMs: 1000,', 'openMs: 600_000,'],
      ['platform/src/breaker-config.ts', 'maxOpenMs: 15_000,', 'maxOpenMs: 600_000,'],
      ['platform/src/policy-config.ts', 'recoveryProbe: { everyMs: 500,', 'recoveryProbe: { everyMs: 0,'],
    ],
    names: 'breakers closed again',
  },
  {
    name: 'an order that is turned away because payment is',
    experiment: 'payment-down',
    edits: [[placeOrder, settled, `${settled}\n  throw new Error(result.reason)`]],
    names: 'orders-ok during kill payment',
  },
  {
    name: 'a fallback that acknowledges an order and keeps it nowhere',
    experiment: 'payment-down',
    edits: [
      [
        orderService,
        'place: (request) => (contradiction === undefined ?',
        `place: async (request) => (payment.breaker.state === 'open'
        ? { kind: 'order', order: { id: request.key, ...request.line, key: request.key, paymentKey: request.key, status: 'pending_payment', version: 1 } }
        : contradiction === undefined ?`,
      ],
    ],
    names: 'invariant: every acknowledged order exists and has ended',
    isInGate: true,
  },
  {
    name: 'orders that nobody pays later',
    experiment: 'payment-down',
    edits: [
      [orderService, 'payLater: pending.add', 'payLater: () => {}'],
      [orderService, 'maximum: 600_000, default: 5000', 'maximum: 600_000, default: 600_000'],
    ],
    names: 'invariant: every acknowledged order exists and has ended',
  },
  {
    name: 'readiness that fails with the breaker',
    experiment: 'payment-down',
    edits: [
      [
        orderService,
        "const payment = callee('payment')",
        `const payment = callee('payment')\n    ${whileAway("request.url === '/readyz' && payment.breaker.state !== 'closed'", 'reply.code(503).send()')}`,
      ],
    ],
    names: 'order-ready during kill payment',
  },
  {
    name: 'reads that need payment',
    experiment: 'payment-down',
    edits: [
      [
        orderService,
        "const payment = callee('payment')",
        `const payment = callee('payment')\n    ${whileAway("request.method === 'GET' && request.url.startsWith('/orders/') && payment.breaker.state !== 'closed'", 'reply.code(404).send()')}`,
      ],
    ],
    names: 'reads-ok during kill payment',
  },
  {
    name: 'a storm of retries before an order is answered',
    experiment: 'payment-down',
    edits: [
      [
        placeOrder,
        'const result = await pay(order, 0)',
        `let result = await pay(order, 0)
  for (let retry = 1; retry < 400 && result.kind !== 'settled'; retry++) {
    await new Promise((wake) => setTimeout(wake, 10))
    result = await pay(order, retry)
  }`,
      ],
    ],
    names: 'orders-ok during kill payment',
  },
  {
    name: 'an order that waits in vain before it is accepted',
    experiment: 'payment-down',
    edits: [[placeOrder, settled, `${settled}\n  await new Promise((wake) => setTimeout(wake, 1300))`]],
    names: 'orders-fast during kill payment',
  },
  {
    name: 'charges that are kept in a place that a restart does not find again',
    experiment: 'payment-down',
    edits: [
      [
        'services/payment/src/service.ts',
        "openStore('payment', schema)",
        'openStore(`payment-${process.pid}`, schema)',
      ],
    ],
    names: 'invariant: one captured payment for each confirmed order, none for others',
  },
  {
    name: 'orders that are kept in a place that a restart does not find again',
    experiment: 'order-down',
    edits: [[orderService, "openStore('events', schema)", 'openStore(`events-${process.pid}`, schema)']],
    names: 'invariant: every acknowledged order exists and has ended',
    isInGate: true,
  },
  {
    name: 'a gateway whose breaker never trips',
    experiment: 'order-down',
    edits: [breakerNeverTrips],
    names: 'gateway:order open within 1s of kill order',
  },
  {
    name: 'a gateway that is not ready because order is not',
    experiment: 'order-down',
    edits: [
      [
        gatewayService,
        'const { keys, issuer } = await keysFrom(config, clock, log)',
        `const guarded = callee('order')
    ${whileAway("request.url === '/readyz' && guarded.breaker.state !== 'closed'", 'reply.code(503).send()')}
    const { keys, issuer } = await keysFrom(config, clock, log)`,
      ],
    ],
    names: 'gateway-ready during kill order',
  },
  {
    name: 'a gateway that ends when it may not ask order',
    experiment: 'order-down',
    edits: [['services/gateway/src/forward.ts', "case 'refused':", "case 'refused':\n      process.exit(1)"]],
    names: 'gateway-ready during kill order',
  },
  {
    name: 'an order that waits for notification',
    experiment: 'notification-down',
    edits: [
      [
        orderService,
        'const pay = (order',
        `let readAt = Date.now()
    app.addHook('onRequest', (request, _reply, done) => {
      if (request.url.startsWith('/feed')) readAt = Date.now()
      done()
    })
    ${whileAway("request.method === 'POST' && Date.now() - readAt > 2000", 'reply.code(503).send()')}
    const pay = (order`,
      ],
    ],
    names: 'orders-ok during kill notification',
  },
]
