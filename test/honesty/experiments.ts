// The experiments that come with a new system, with shorter waits.

/** Its load: as `load/default.yaml`, with more orders than reads, so that breakers have something to count. */
export const honestyScenario = (usual: string): string =>
  usual.replace('weight: 80', 'weight: 40').replace('weight: 20', 'weight: 60')

const head = (name: string): string => `apiVersion: msvc/v1
kind: Experiment
metadata: {name: ${name}}
load: {rps: 60, scenario: honesty, warmUp: 2s, duration: 22s}
`

const orders = '{name: orders-ok, metric: success_rate, route: POST /orders, min: 0.9, window: 2s}'
const reads = "{name: reads-ok, metric: success_rate, route: 'GET /orders/:id', min: 0.9, window: 2s}"
const fast = '{name: orders-fast, metric: latency_p99, route: POST /orders, max: 1250ms, window: 2s}'
const ready = (service: string): string =>
  `{name: ${service}-ready, http: {service: ${service}, path: /readyz}, every: 200ms}`

const tail = `recover: {within: 8s, breaker: closed}
expect: invariants
`

export const honestyExperiments = {
  'payment-down': `${head('payment-down')}
steadyState: {probes: [${[orders, reads, fast, ready('order')].join(', ')}]}
method:
  - {at: 3s, fault: kill, target: payment, for: 5s, expect: [
      {breaker: 'order:payment', state: open, within: 3s},
      ${['orders-ok', 'reads-ok', 'orders-fast', 'order-ready'].map((probe) => `{probe: ${probe}, during: true}`).join(', ')}]}
${tail}`,
  'order-down': `${head('order-down')}
steadyState: {probes: [${[orders, ready('gateway'), ready('payment')].join(', ')}]}
method:
  - {at: 3s, fault: kill, target: order, for: 5s, expect: [
      {breaker: 'gateway:order', state: open, within: 1s},
      {probe: gateway-ready, during: true}, {probe: payment-ready, during: true}]}
${tail}`,
  'notification-down': `${head('notification-down')}
steadyState: {probes: [${[orders, reads].join(', ')}]}
method:
  - {at: 3s, fault: kill, target: notification, for: 5s, expect: [
      {probe: orders-ok, during: true}, {probe: reads-ok, during: true},
      {breaker: 'order:payment', state: closed, during: true}]}
${tail}`,
} as const

export type HonestyExperiment = keyof typeof honestyExperiments
