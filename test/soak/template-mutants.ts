// Guarantees that a test of the generated services shows within seconds, each with the mutant that breaks it and
// the test that has to fail then. Those that only kills under load show are in mutants.ts.

export interface TemplateMutant {
  fault: string
  edit: [path: string, from: string, to: string]
  killer: { file: string; test: string }
}

const payment = 'services/payment'
const order = 'services/order'

export const templateMutants: TemplateMutant[] = [
  {
    fault: 'payment answers another charge under a key that is taken',
    edit: [
      `${payment}/src/charge-store.ts`,
      "return isSame ? { kind: 'charge', charge: known } : { kind: 'key-reused' }",
      "return { kind: 'charge', charge: known }",
    ],
    killer: { file: `${payment}/test/payment.test.ts`, test: 'a key is not taken for another charge' },
  },
  {
    fault: 'payment has no reconciliation',
    edit: [
      `${payment}/src/reconcile.ts`,
      'running ??= round().finally(() => (running = undefined))',
      'running ??= undefined',
    ],
    killer: {
      file: `${payment}/test/payment.test.ts`,
      test: 'the reconciliation asks what became of a key before it charges',
    },
  },
  {
    fault: 'payment asks for a refund without its key',
    edit: [
      `${payment}/src/settle-charge.ts`,
      'provider.refund(refundKey(charge),',
      'provider.refund(`${refundKey(charge)}-${performance.now()}`,',
    ],
    killer: {
      file: `${payment}/test/refund.test.ts`,
      test: 'a refund is asked for under one key, by whoever asks and however often',
    },
  },
  {
    fault: 'payment asks for a refund before it has written that down',
    edit: [
      `${payment}/src/routes.ts`,
      "await store.enter(id, 'refund_requested', known.providerId)",
      "{ ...known, state: 'refund_requested' as const }",
    ],
    killer: {
      file: `${payment}/test/refund.test.ts`,
      test: 'that a refund is asked for is on disk before the provider hears of it',
    },
  },
  {
    fault: 'payment answers a key otherwise once the charge was given back',
    edit: [`${payment}/src/routes.ts`, "body: { ...charge, state: 'captured' }", 'body: { ...charge }'],
    killer: {
      file: `${payment}/test/refund.test.ts`,
      test: 'after a refund, the key of the charge still gets the answer that it got',
    },
  },
  {
    fault: 'order takes a key for the same, whosever it is',
    edit: [`${order}/src/order-store.ts`, 'subject === undefined ? key :', 'subject !== null ? key :'],
    killer: {
      file: `${order}/test/order-store.test.ts`,
      test: "a key is its subject's own: two subjects with one key get two orders, one subject gets one",
    },
  },
]
