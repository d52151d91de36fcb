// The experiments that come with a new system, with shorter waits.

const head = (name: string): string => `apiVersion: msvc/v1
kind: Experiment
metadata: {name: ${name}}
load: {rps: 120, warmUp: 2s, duration: 17s}
`

const orders = '{name: orders-ok, metric: success_rate, route: POST /orders, min: 0.98, window: 2s}'
const reads = "{name: reads-ok, metric: success_rate, route: 'GET /orders/:id', min: 0.98, window: 2s}"
const fast = '{name: orders-fast, metric: latency_p99, route: POST /orders, max: 1100ms, window: 2s}'
const ready = (service: string): string =>
  `{name: ${service}-ready, http: {service: ${service}, path: /readyz}, every: 200ms}`

const tail = `recover: {within: 5s, breaker: closed}
expect: invariants
`

export const honestyExperiments = {
  'payment-down': `${head('payment-down')}
steadyState: {probes: [${[orders, reads, fast, ready('order')].join(', ')}]}
method:
  - {at: 3s, fault: kill, target: payment, for: 4s, expect: [
      {breaker: 'order:payment', state: open, within: 2500ms},
      ${['orders-ok', 'reads-ok', 'orders-fast', 'order-ready'].map((probe) => `{probe: ${probe}, during: true}`).join(', ')}]}
${tail}`,
  'order-down': `${head('order-down')}
steadyState: {probes: [${[orders, ready('gateway'), ready('payment')].join(', ')}]}
method:
  - {at: 3s, fault: kill, target: order, for: 4s, expect: [
      {breaker: 'gateway:order', state: open, within: 1s},
      {probe: gateway-ready, during: true}, {probe: payment-ready, during: true}]}
${tail}`,
  'notification-down': `${head('notification-down')}
steadyState: {probes: [${[orders, reads].join(', ')}]}
method:
  - {at: 3s, fault: kill, target: notification, for: 4s, expect: [
      {probe: orders-ok, during: true}, {probe: reads-ok, during: true},
      {breaker: 'order:payment', state: closed, during: true}]}
${tail}`,
} as const

export type HonestyExperiment = keyof typeof honestyExperiments
