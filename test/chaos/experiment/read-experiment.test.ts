import { describe, expect, test } from 'vitest'
import { readExperiment } from '../../../src/chaos/experiment/read-experiment.ts'
import { experimentIn, paymentDown } from './payment-down.ts'

describe('an experiment that is written well', () => {
  test('is read with all that it leaves out', () => {
    const experiment = experimentIn(paymentDown)
    expect(experiment).toMatchObject({
      name: 'payment-down',
      seed: 42,
      // 5s + 4s, 3s for the heal, 3s to recover, 2s of window
      load: { ratePerSecond: 100, scenario: 'load/checkout.yaml', durationMs: 17_000, warmUpMs: 2000 },
      recover: { withinMs: 3000, breakersClose: true },
      limits: { maxDurationMs: 120_000, maxServices: 1 },
      checksInvariants: false,
    })
    expect(experiment.probes).toEqual([
      {
        kind: 'load',
        name: 'orders-ok',
        metric: { kind: 'success_rate' },
        requests: ['place order'],
        min: { kind: 'absolute', value: 0.99 },
        windowMs: 2000,
      },
      {
        kind: 'load',
        name: 'fast',
        metric: { kind: 'latency', name: 'p99', fraction: 0.99 },
        requests: null,
        max: { kind: 'of-baseline', times: 2 },
        windowMs: 2000,
      },
      { kind: 'http', name: 'order-ready', service: 'order', path: '/readyz', everyMs: 500, timeoutMs: 1000 },
    ])
    expect(experiment.method[0]).toMatchObject({
      name: 'kill payment',
      target: 'payment',
      expect: [
        { kind: 'breaker-within', edge: 'order:payment', state: 'open', withinMs: 500 },
        { kind: 'probe-during', probe: 'orders-ok' },
      ],
    })
  })

  test.each(['order:payment', 'client:gateway', 'client:order'])('breaks the edge %s', (edge) => {
    const faulted = paymentDown.replace(
      'fault: kill\n    target: {service: payment}',
      `fault: latency\n    target: '${edge}'\n    params: {latency: 50ms}`,
    )
    expect(experimentIn(faulted).method[0]).toMatchObject({ kind: 'latency', target: edge })
  })

  test.each([
    ['1.5x', { kind: 'of-baseline', times: 1.5 }],
    ['1.5x+10ms', { kind: 'of-baseline', times: 1.5, plus: 10 }],
    ['300ms', { kind: 'absolute', value: 300 }],
  ])('takes a latency of at most %s', (text, max) => {
    expect(experimentIn(paymentDown.replace('max: 2x', `max: ${text}`)).probes[1]).toMatchObject({ max })
  })

  test.each([
    ['its name', 'place order', ['place order']],
    ['method and path', 'POST /orders', ['place order']],
    ['a path with a place in it', 'GET /orders/:id', ['read order']],
    ['lower case', 'get /orders/{id}', ['read order']],
  ])('knows a route by %s', (_, route, requests) => {
    const { probes } = experimentIn(paymentDown.replace('route: POST /orders', `route: "${route}"`))
    expect(probes[0]).toMatchObject({ requests })
  })

  test('says the share of a CPU as the command line does', () => {
    const text = paymentDown.replace('fault: kill', 'fault: cpu\n    percent: 90')
    expect(experimentIn(text).method[0]!.options).toEqual({ params: { percent: 90 } })
  })

  test.each([
    ['load: {rps: 100}', 'load/default.yaml'],
    ['load: {rps: 100, scenario: other/my.yaml}', 'other/my.yaml'],
  ])('%s takes %s', (load, scenario) => {
    expect(readExperiment(paymentDown.replace(/load: .*/, load), 'e.yaml').scenario).toBe(scenario)
  })
})

describe('a mistake in an experiment is told with its place', () => {
  test.each([
    [
      'probe: orders-ok, during',
      'probe: orders-okay, during',
      18,
      17,
      'no probe orders-okay. Did you mean orders-ok?',
    ],
    [
      'breaker: order:payment',
      'breaker: order:paymet',
      17,
      19,
      'no edge order:paymet. Did you mean order:payment?',
    ],
    ['{service: payment}', '{service: paymnt}', 14, 13, 'no service paymnt. Did you mean payment?'],
    ['{service: payment}', 'order:payment', 14, 13, 'kill breaks a service, and order:payment is not one'],
    ['fault: kill', 'fault: kil', 13, 12, 'no fault kil. Did you mean kill?'],
    ['POST /orders', 'POST /order', 8, 54, 'no request "POST /order". Did you mean POST /orders?'],
    ['service: order, path', 'service: ordr, path', 10, 43, 'no service ordr. Did you mean order?'],
    ['min: 0.99', 'min: 0.9x+10ms', 8, 73, '10ms is a time, and success_rate is none'],
    ['max: 2x', 'max: 300', 9, 46, 'a latency is a time'],
    ['min: 0.99', 'min: 99', 8, 73, '99 is not a share from 0 to 1'],
    [
      'window: 2s}\n    - {name: fast',
      'window: 1500ms}\n    - {name: fast',
      8,
      87,
      '1500ms is not a number of whole seconds',
    ],
    ['name: fast', 'name: orders-ok', 9, 14, 'two probes named orders-ok'],
    ['metric: latency_p99', 'metric: latency_p98', 9, 28, 'expected: success_rate, rate'],
    ['steadyState', 'steadystate', 6, 1, 'steadystate is not known here. Did you mean steadyState?'],
    ['at: 5s', 'at: 1s', 12, 9, 'before the steady state can be judged: the longest window is 2s'],
    ['for: 4s', 'for: 16m', 15, 10, 'up to 15m'],
    ['rps: 100', 'rps: 100, duration: 10s', 5, 28, 'at least 17s are needed'],
    ['maxDuration: 2m', 'maxDuration: 10s', 21, 23, 'the experiment takes 19s'],
    [
      'target: {service: payment}',
      'target: {service: payment}\n    percent: 50',
      15,
      14,
      'kill takes no percent',
    ],
    ['within: 500ms', 'during: true, within: 500ms', 17, 9, 'either within or during'],
    ['min: 0.99, ', '', 8, 7, 'orders-ok needs min or max'],
    ['below: 0.5, ', '', 20, 8, 'either below or above'],
    ['below: 0.5', 'below: 50', 20, 38, '50 is not a share from 0 to 1'],
    ['metric: success_rate, below: 0.5', 'metric: latency_p50, below: 5', 20, 37, 'a latency is a time'],
    ['fault: kill', 'fault: restart-lop', 13, 12, 'Did you mean restart-loop?'],
    [
      'fault: kill\n    target: {service: payment}',
      'fault: http\n    target: order:payment',
      12,
      5,
      'http needs a status, abort or a delay',
    ],
    [
      'fault: kill\n    target: {service: payment}',
      'fault: block\n    target: payment\n    params: {stall: 1s, every: 1s}',
      15,
      32,
      'every cannot be "1000ms"',
    ],
  ])('%s → %s', (from, to, line, column, reason) => {
    expect(paymentDown.split(from)).toHaveLength(2)
    expect(() => experimentIn(paymentDown.replace(from, to))).toThrow(
      expect.objectContaining({
        code: 'file-invalid',
        message: expect.stringContaining(reason) as string,
        data: { file: 'payment-down.yaml', line, column },
      }),
    )
  })

  test.each([
    [
      'pause',
      'payment',
      'at 6s, while kill payment is there from 5s to 9s, and both need the process of payment',
    ],
    ['cpu', 'payment', undefined],
    ['latency', 'order:payment', undefined],
  ])('%s %s beside a kill of payment: %s', (fault, target, reason) => {
    const params = fault === 'latency' ? ', params: {latency: 1s}' : ''
    const line = `  - {at: 6s, fault: ${fault}, target: '${target}', for: 1s${params}}\nrecover`
    const read = () => experimentIn(paymentDown.replace('recover', line))
    if (reason === undefined) return expect(read().method).toHaveLength(2)
    expect(read).toThrow(
      expect.objectContaining({
        message: expect.stringContaining(reason) as string,
        data: { file: 'payment-down.yaml', line: 19, column: 5 },
      }),
    )
  })

  test('the same fault again is none, once the first is over', () => {
    const again = '  - {at: 9s, fault: kill, target: payment, for: 1s}\nrecover'
    expect(experimentIn(paymentDown.replace('recover', again)).method).toHaveLength(2)
    const before = '  - {at: 3s, fault: kill, target: payment, for: 3s}\nrecover'
    expect(() => experimentIn(paymentDown.replace('recover', before))).toThrow(
      /:12:5: kill payment comes at 5s, while kill payment #2 is there from 3s to 6s/,
    )
  })

  test('more services than the blast radius allows', () => {
    const two = '  - {at: 6s, fault: kill, target: notification, for: 1s}\nrecover'
    const text = paymentDown.replace('recover', two)
    expect(() => experimentIn(text)).toThrow(/touch 2 services \(payment, notification\).*allows 1/)
    const allowed = text.replace('maxDuration: 2m', 'maxDuration: 2m, maxServices: 2')
    expect(experimentIn(allowed).method).toHaveLength(2)
  })
})
