import { describe, expect, test } from 'vitest'
import { phaseNamed, phasesOf } from '../../src/load/phases.ts'
import { shapeAsked } from '../../src/load/schedule-flags.ts'
import { parseScenario } from '../../src/load/scenario.ts'
import { parseThreshold } from '../../src/load/thresholds.ts'
import { runLoad } from '../../src/runtime/load.ts'
import { startRawServer } from '../fixtures/targets/raw-server.ts'

const none = { stages: undefined, spike: undefined, wave: undefined, replay: undefined }
const asked = { ...none, ratePerSecond: 100, durationMs: 20_000, arrivals: 'even', seed: 1 } as const
const shape = (flags: object) => shapeAsked({ ...asked, ...flags })!

describe('the phases of a schedule', () => {
  test.each<[string, object, [string, number, number][]]>([
    ['a constant rate has none', {}, []],
    [
      'stages have names or numbers; a jump counts, but is no phase',
      { stages: 'warm=10s:100,0s:500,30s:500,cool-down=5s:0' },
      [
        ['warm', 0, 10_000],
        ['stage3', 10_000, 40_000],
        ['cool-down', 40_000, 45_000],
      ],
    ],
    [
      'a spike has what is before and after it',
      { spike: '5s+2s:900' },
      [
        ['before', 0, 5000],
        ['spike', 5000, 7000],
        ['after', 7000, 20_000],
      ],
    ],
  ])('%s', (_, flags, expected) => {
    const found = [...phasesOf(shape(flags))].map(([name, { fromMs, toMs }]) => [name, fromMs, toMs])
    expect(found).toEqual(expected)
  })

  test('a scenario names its stages', () => {
    const { load } = parseScenario(
      'apiVersion: msvc/v1\nkind: Scenario\nname: x\nload: {executor: ramping-arrival-rate, stages: [{target: 5, duration: 1s, name: up}]}\nrequests: [{name: a, path: /}]\n',
      'x.yaml',
    )
    expect([...phasesOf(load!).keys()]).toEqual(['up'])
  })

  test('any stretch of the run is one', () => {
    expect(phaseNamed('1.5s-3s', shape({}), 20_000)).toEqual({ fromMs: 1500, toMs: 3000 })
  })

  test.each([
    ['peak', {}, /a stretch of the run/],
    ['peak', { stages: 'warm=1s:5' }, /one of the phases warm, or a stretch/],
    ['3s-1s', {}, /a stretch of the run/],
    ['30s-40s', {}, /a stretch of the run/],
  ])('@%s of %o is refused', (name, flags, reason) => {
    const error: unknown = expect.objectContaining({ next: expect.stringMatching(reason) as unknown })
    expect(() => phaseNamed(name, shape(flags), 20_000)).toThrow(error as Error)
  })
})

test('a run is judged by its phases, however many workers share it', async () => {
  await using target = await startRawServer((socket, _request, head) => {
    // The first second's 60 are answered well, the second one's not, in whatever order they come.
    const arrival = Number(/x-arrival: (\d+)/.exec(head)?.[1])
    const status = arrival < 60 ? '200 OK' : '503 No'
    socket.write(`HTTP/1.1 ${status}\r\ncontent-length: 0\r\n\r\n`)
  })
  const thresholds = [
    'errors@0s-1s<1%',
    'errors@1s-2s<1%',
    'ok-rps@0s-1s>=60',
    'errors{GET /}@1s-2s>=60',
    'errors<51%',
  ]
  const { outcomes, thresholds: judged } = await runLoad({
    target: { url: target.url },
    headers: { 'x-arrival': '{{arrival}}' },
    ratePerSecond: 60,
    durationMs: 2000,
    workers: 2,
    connections: 40,
    thresholds: thresholds.map((text) => parseThreshold(text)),
  })
  expect(outcomes).toEqual({ ok: 60, 'http-error': 60 })
  expect(judged.map(({ observed }) => observed)).toEqual([0, 1, 60, 60, 0.5])
})

test('an unknown phase is refused before the first request', async () => {
  const plan = { target: { url: 'http://127.0.0.1:9/' }, ratePerSecond: 1, durationMs: 1000 }
  const thresholds = [parseThreshold('p99@peak<1s')]
  await expect(runLoad({ ...plan, thresholds })).rejects.toThrow(/"?@peak"?/)
})

const scenarioWith = (thresholds: string, stages: string): string =>
  `apiVersion: msvc/v1\nkind: Scenario\nname: x\nload: {executor: ramping-arrival-rate, stages: [${stages}]}\nthresholds: [${thresholds}]\nrequests: [{name: a, path: /}]\n`

test('an unknown phase in a scenario is refused at its place, by the schedule that is run', async () => {
  const text = scenarioWith("'errors<1%', 'p99@peak<1s'", '{target: 5, duration: 1s, name: up}')
  const scenario = parseScenario(text, 'load/x.yaml')
  const { thresholds = [], load } = scenario
  const target = { scenario, baseUrl: 'http://127.0.0.1:9' }
  const plan = { target, thresholds, shape: load!, ratePerSecond: 1, durationMs: 1000 }
  await expect(runLoad(plan)).rejects.toMatchObject({
    message: expect.stringContaining('load/x.yaml:5:27: the threshold "p99@peak<1s"') as unknown,
    next: expect.stringContaining('one of the phases up') as unknown,
  })
})

test.each([
  ['a name twice', '{target: 5, duration: 1s, name: up}, {target: 9, duration: 1s, name: up}', 'up'],
  [
    'a name that is the number of another',
    '{target: 5, duration: 1s, name: stage2}, {target: 9, duration: 1s}',
    'stage2',
  ],
])('%s is refused in a scenario, at its place', (_, stages, name) => {
  const second = 49 + stages.indexOf('{target: 9')
  expect(() => parseScenario(scenarioWith('', stages), 'x.yaml')).toThrow(
    `x.yaml:4:${second}: two stages are called ${name}.`,
  )
})

test('two stages of one name are refused on the command line', () => {
  expect(() => shape({ stages: 'up=1s:5,up=1s:9' })).toThrow(
    expect.objectContaining({ next: expect.stringContaining('two are called up') as unknown }) as Error,
  )
})
