// What msvc.yaml promises of a service, as thresholds of a run against it.

import { expect, test } from 'vitest'
import { thresholdsOf } from '../../src/load/slo-thresholds.ts'
import { connectAgent } from '../../src/runtime/agent-client.ts'
import { sloOf } from '../../src/runtime/slo-of.ts'
import { parseSystem } from '../../src/system/parse-system.ts'
import { trialSystem } from '../fixtures/trial-system.ts'

test.each([
  [{ p99: '100ms', availability: '99.9%' }, ['p99<=100ms', 'errors<=0.1%'], 0.001],
  [{ availability: '99.99%' }, ['errors<=0.01%'], 0.0001],
  [{ availability: '99.999%' }, ['errors<=0.001%'], 0.00001],
  [{ availability: '100%' }, ['errors<=0%'], 0],
  [{ p99: '1.5s' }, ['p99<=1.5s'], 1500],
])('%j is reached by %j', (slo, expressions, last) => {
  const thresholds = thresholdsOf(slo)
  expect(thresholds.map(({ expression }) => expression)).toEqual(expressions)
  expect(thresholds.at(-1)!.limit).toBeCloseTo(last, 9)
})

test('more than all of the time cannot be promised', () => {
  const text =
    'apiVersion: msvc/v1\nkind: System\nname: shop\nentry: a\nservices:\n  a: {path: a, slo: {availability: 101%}}\n'
  expect(() => parseSystem(text, 'msvc.yaml')).toThrow(/msvc\.yaml:6:\d+/)
})

test('a run is judged by what is promised of the service at its address', { timeout: 30_000 }, async () => {
  await using system = trialSystem({
    front: { runs: 'ok', slo: { p99: '50ms', availability: '99.9%' } },
    back: { runs: 'ok' },
  })
  await system.up()
  const agent = await connectAgent(system.root)
  const fleet = { root: system.root, system: 'trial', agent }
  const { services } = await agent.status()
  const urlOf = (name: string): string =>
    `${services.find((service) => service.name === name)!.url}/any?thing`
  const expressions = (await sloOf(urlOf('front'), fleet)).map(({ expression }) => expression)
  expect(expressions).toEqual(['p99<=50ms', 'errors<=0.1%'])
  await expect(sloOf(urlOf('back'), fleet)).rejects.toMatchObject({
    code: 'slo-missing',
    message: 'There are no objectives of back: msvc.yaml has no slo of it.',
  })
  await expect(sloOf('http://127.0.0.1:1/', undefined)).rejects.toMatchObject({
    code: 'slo-missing',
    message: 'There are no objectives of http://127.0.0.1:1/: it is no service of a running system here.',
  })
})
