import { describe, expect, test } from 'vitest'
import { importChaosToolkit } from '../../../src/chaos/experiment/import-chaos-toolkit.ts'
import { journalOf } from '../../../src/chaos/experiment/journal.ts'
import { judge } from '../../../src/chaos/experiment/judge.ts'
import { faultKinds } from '../../../src/chaos/faults.ts'
import { experimentJunit } from '../../../src/chaos/experiment/junit.ts'
import { expectationsIn, faultsIn } from '../../../src/chaos/experiment/result.ts'
import { parseSystem } from '../../../src/system/parse-system.ts'
import { journalRefusedBecause, refusedBecause, type Json } from './chaos-toolkit-rules.ts'
import { at, experimentIn, goodRun, known, paymentDown, seen, start } from './payment-down.ts'

const system = parseSystem(
  `apiVersion: msvc/v1
kind: System
name: shop
entry: gateway
services: {gateway: {path: a, port: 4000, dependsOn: [order]}, order: {path: b, port: 4001, dependsOn: [payment]}, payment: {path: c}}`,
  'msvc.yaml',
)

const foreign = {
  title: 'Payment dies',
  description: 'and orders go on',
  'steady-state-hypothesis': {
    title: 'orders are taken',
    probes: [
      {
        type: 'probe',
        name: 'order-answers',
        tolerance: 200,
        provider: { type: 'http', url: 'http://localhost:4001/readyz', timeout: 2 },
      },
    ],
  },
  method: [
    {
      type: 'action',
      name: 'kill payment',
      provider: { type: 'process', path: 'msvc', arguments: 'chaos kill payment --for 5s' },
      pauses: { after: 8 },
    },
    { type: 'action', name: 'wait', provider: { type: 'process', path: 'sleep', arguments: ['4'] } },
    {
      type: 'action',
      name: 'kill it again',
      provider: { type: 'process', path: '/usr/bin/msvc', arguments: ['chaos', 'kill', 'payment'] },
    },
  ],
  rollbacks: [{ type: 'action', name: 'heal' }],
}

describe("Chaos Toolkit's experiments", () => {
  test('become ours, which can be run', () => {
    const { yaml, notes } = importChaosToolkit(JSON.stringify(foreign), 'ctk.json', {
      system,
      kinds: faultKinds,
    })
    const experiment = experimentIn(yaml)
    expect(experiment).toMatchObject({
      name: 'Payment dies',
      method: [
        { kind: 'kill', target: 'payment', atMs: 6000, forMs: 5000 },
        { kind: 'kill', target: 'payment', atMs: 18_000, forMs: 10_000 },
      ],
    })
    expect(experiment.probes).toContainEqual({
      kind: 'http',
      name: 'order-answers',
      service: 'order',
      path: '/readyz',
      status: 200,
      everyMs: 500,
      timeoutMs: 2000,
    })
    expect(experiment.method[0]!.expect).toEqual([{ kind: 'probe-during', probe: 'order-answers' }])
    expect(notes).toHaveLength(2)
  })

  test('whose method asks a probe of the hypothesis again have it once', () => {
    const [asked] = foreign['steady-state-hypothesis'].probes
    const other = { ...asked!, provider: { type: 'http', url: 'http://localhost:4000/readyz' } }
    const text = JSON.stringify({ ...foreign, method: [...foreign.method, asked, other] })
    const { yaml } = importChaosToolkit(text, 'ctk.json', { system, kinds: faultKinds })
    expect(experimentIn(yaml).probes.map(({ name }) => name)).toEqual([
      'load-ok',
      'order-answers',
      'order-answers #2',
    ])
  })

  const probe = (change: object) => ({
    ...foreign,
    'steady-state-hypothesis': { title: '', probes: [{ type: 'probe', name: 'odd one', ...change }] },
  })
  const action = (change: object) => ({
    ...foreign,
    method: [{ type: 'action', name: 'odd one', ...change }],
  })
  const msvc = (line: string) => action({ provider: { type: 'process', path: 'msvc', arguments: line } })

  test.each([
    ['chaos kill payment --detach --for 5s', { kind: 'kill', forMs: 5000, options: {} }],
    ['chaos cpu payment --percent 90', { kind: 'cpu', options: { params: { percent: 90 } } }],
    [
      'chaos http order:payment --abort --first 3 --percent=30',
      { kind: 'http', options: { percent: 30, params: { abort: true, first: '3' } } },
    ],
    ['chaos reset client:gateway --json', { kind: 'reset', target: 'client:gateway' }],
  ])('become ours: msvc %s', (line, fault) => {
    const { yaml } = importChaosToolkit(JSON.stringify(msvc(line)), 'ctk.json', { system, kinds: faultKinds })
    expect(experimentIn(yaml).method).toMatchObject([fault])
  })

  test.each([
    [
      'a Python probe',
      probe({ provider: { type: 'python', module: 'chaosk8s', func: 'x' } }),
      'its provider is python',
    ],
    [
      'a Python action',
      action({ provider: { type: 'python', module: 'm', func: 'f' } }),
      'its provider is python',
    ],
    [
      'another program',
      action({ provider: { type: 'process', path: 'pkill', arguments: 'x' } }),
      'it runs pkill',
    ],
    [
      'an http action',
      action({ provider: { type: 'http', url: 'http://localhost:4001/' } }),
      'its provider is http',
    ],
    [
      'a URL that is not ours',
      probe({ provider: { type: 'http', url: 'http://localhost:9/' } }),
      'no service of shop has the port',
    ],
    [
      'a tolerance that we do not have',
      probe({ tolerance: { type: 'regex' }, provider: { type: 'http', url: 'http://localhost:4001/' } }),
      'its tolerance is {"type":"regex"}',
    ],
    [
      'another command of ours',
      action({ provider: { type: 'process', path: 'msvc', arguments: 'down' } }),
      'it runs msvc down',
    ],
    ['a command that is no fault', msvc('chaos heal f1'), 'it runs msvc chaos heal f1'],
    ['a service that is not there', msvc('chaos kill paymnt'), 'it runs .*, and there is no service paymnt'],
    [
      'a flag that the fault does not have',
      msvc('chaos kill payment --hard 9'),
      'it runs .*: kill takes no hard',
    ],
    [
      'a fault for too long',
      msvc('chaos kill payment --for 1h'),
      'it runs .*: The time of a fault cannot be',
    ],
    ['what sets nothing', msvc('chaos kill payment --dry-run'), 'it runs msvc chaos kill payment --dry-run'],
    [
      'a probe that says who it is',
      probe({ provider: { type: 'http', url: 'http://localhost:4001/', headers: { authorization: 'x' } } }),
      'it sends headers',
    ],
  ])('are refused by name: %s', (_, file, reason) => {
    expect(() => importChaosToolkit(JSON.stringify(file), 'ctk.json', { system, kinds: faultKinds })).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(
          new RegExp(`^ctk.json:1:\\d+: odd one cannot be taken over: ${reason.replaceAll(/[{}"]/g, '.')}`),
        ) as string,
      }),
    )
  })
})

describe('what others read of an experiment', () => {
  const experiment = experimentIn(paymentDown)
  const observed = seen([...goodRun])
  const judged = judge(experiment, observed, known())
  const result = {
    version: 1 as const,
    verdict: 'PASS' as const,
    cleanup: 'CLEAN' as const,
    expectations: expectationsIn(judged, 'PASS'),
    faults: faultsIn(experiment, observed, known()),
    load: null,
    runId: 'r',
  }
  const parts = {
    experiment,
    kinds: faultKinds,
    judged,
    result,
    isInterrupted: false,
    times: { startedAt: start, endedAt: at(20) },
    machine: { platform: 'linux-x64', node: 'v24' },
    iso: (epochMs: number) => new Date(epochMs).toISOString(),
  }

  test("is a journal of Chaos Toolkit's, with the steady states, the faults and what they had to show", () => {
    const journal = journalOf(parts)
    expect(journal).toMatchObject({ status: 'completed', deviated: false, duration: 20 })
    expect(journal.steady_states.before).toMatchObject({ steady_state_met: true })
    expect(journal.steady_states.after!.probes).toHaveLength(3)
    expect(journal.run.map(({ activity, status }) => [activity.name, status])).toEqual([
      ['kill payment', 'succeeded'],
      ['order:payment open within 500ms of kill payment', 'succeeded'],
      ['orders-ok during kill payment', 'succeeded'],
    ])
    expect(journal.run[0]).toMatchObject({ duration: 4, output: 'pid 42 ended by SIGKILL' })
    const declared = journal.experiment as { method: object[]; title: string }
    expect(declared).toMatchObject({ title: 'payment-down', method: [{ type: 'action' }] })
  })

  test('tells each fault with all that makes it so, as one would type it', () => {
    const declared = (method: string) => {
      const changed = experimentIn(
        paymentDown.replace(/method:[^]*?recover/, `method:\n  - ${method}\nrecover`),
      )
      const { experiment: told } = journalOf({ ...parts, experiment: changed })
      return (told as { method: { provider: { arguments: string[] } }[] }).method[0]!.provider.arguments.join(
        ' ',
      )
    }
    expect(
      declared(
        "{at: 5s, fault: latency, target: 'order:payment', for: 4s, percent: 50, direction: both, params: {latency: 300ms, jitter: 20}}",
      ),
    ).toBe(
      'chaos latency order:payment --for 4s --latency 300ms --jitter 20ms --percent 50 --direction both --seed 42',
    )
    expect(
      declared("{at: 5s, fault: http, target: 'order:payment', for: 90s, params: {abort: true, first: 3}}"),
    ).toBe('chaos http order:payment --for 1m30s --abort --first 3 --seed 42')
    expect(
      declared("{at: 5s, fault: limit, target: 'order:payment', for: 4s, params: {bytes: 1234567}}"),
    ).toBe('chaos limit order:payment --for 4s --bytes 1234567B --seed 42')
  })

  test("passes the rules of Chaos Toolkit's own library, whatever the verdict", () => {
    for (const verdict of ['PASS', 'DEVIATED', 'NO-BASELINE', 'HALTED', 'ERROR', 'RESIDUAL'] as const) {
      const journal = journalOf({ ...parts, result: { ...result, verdict } })
      expect(journalRefusedBecause(JSON.parse(JSON.stringify(journal)) as Json)).toEqual([])
    }
  })

  test('the rules refuse what the library refuses', () => {
    const { experiment: declared } = JSON.parse(JSON.stringify(journalOf(parts))) as { experiment: Json }
    const hypothesis = declared['steady-state-hypothesis'] as Json
    const changed: [Json, string][] = [
      [{ ...declared, title: '' }, 'experiment requires a title'],
      [{ ...declared, method: undefined }, 'an experiment requires a method'],
      [
        { ...declared, 'steady-state-hypothesis': { ...hypothesis, title: '' } },
        'hypothesis requires a title',
      ],
      [{ ...declared, rollbacks: [{ type: 'action', name: 'x' }] }, 'a provider must have a type'],
    ]
    for (const [wrong, reason] of changed) expect(refusedBecause(wrong)).toContain(reason)
  })

  test.each([
    ['DEVIATED', false, 'failed', true],
    ['NO-BASELINE', false, 'failed', false],
    ['HALTED', false, 'aborted', false],
    ['HALTED', true, 'interrupted', false],
  ] as const)('has the status of %s (interrupted: %s)', (verdict, isInterrupted, status, deviated) => {
    const journal = journalOf({ ...parts, isInterrupted, result: { ...result, verdict } })
    expect(journal).toMatchObject({ status, deviated })
  })

  test('is JUnit: a failure of the system, or an error of the experiment itself', () => {
    const changed = judged.map((one, index) =>
      index === 3 || index === 4 ? { ...one, state: 'missed' as const, observed: 'a <b>' } : one,
    )
    const xml = experimentJunit(experiment, { judged: changed, result }, new Date(start).toISOString())
    expect(xml).toContain(`tests="10" failures="1" errors="1" skipped="0"`)
    expect(xml).toMatch(/name="kill payment bites"[^]*?<error message="[^"]*a &lt;b&gt;"/)
    expect(xml).toMatch(/name="order:payment open[^]*?<failure message/)
  })

  test('without a steady state, what could not be judged is skipped, and what was never set not put back', () => {
    const changed = judged.map((one, index): typeof one => ({ ...one, state: index < 3 ? 'met' : 'missed' }))
    const [first, ...others] = changed
    const all = [{ ...first!, state: 'missed' as const, concerns: 'baseline' as const }, ...others]
    const nothing = {
      ...result,
      verdict: 'NO-BASELINE' as const,
      expectations: expectationsIn(all, 'NO-BASELINE'),
      faults: result.faults.map((fault) => ({ ...fault, startedAt: null, healedAt: null, bit: false })),
    }
    const unjudged = nothing.expectations.filter(({ judged: was }) => was === false).length
    const xml = experimentJunit(experiment, { judged: all, result: nothing }, new Date(start).toISOString())
    expect(unjudged).toBeGreaterThan(3)
    expect(xml).toContain(`tests="10" failures="0" errors="1" skipped="${unjudged}"`)
    expect(xml.match(/<skipped message=/g)).toHaveLength(unjudged)
    expect(xml.match(/<testsuites [^>]*>/)![0]).not.toContain('skipped')
    const journal = journalOf({ ...parts, judged: all, result: nothing })
    expect(journal).toMatchObject({ status: 'failed', run: [], rollbacks: [] })
    expect(journalRefusedBecause(JSON.parse(JSON.stringify(journal)) as Json)).toEqual([])
  })
})
