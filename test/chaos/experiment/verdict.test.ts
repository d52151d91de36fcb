import { expect, test } from 'vitest'
import { haltNow } from '../../../src/chaos/experiment/halting.ts'
import type { Judged } from '../../../src/chaos/experiment/judgement.ts'
import { exitCodeOf, verdictOf, type Findings } from '../../../src/chaos/experiment/verdict.ts'
import { experimentIn, known, load, paymentDown, seen } from './payment-down.ts'

const judged = (concerns: Judged['concerns'], state: Judged['state']): Judged => ({
  name: concerns,
  expected: '',
  observed: '',
  concerns,
  state,
})
const allMet = (['baseline', 'experiment', 'hypothesis', 'recovery'] as const).map((one) =>
  judged(one, 'met'),
)
const good: Findings = {
  expectations: allMet,
  cleanup: 'CLEAN',
  wasHalted: false,
  load: { verdict: 'valid' },
}
const with_ = (concerns: Judged['concerns'], state: Judged['state'] = 'missed') => [
  ...allMet,
  judged(concerns, state),
]

test.each<[what: string, change: Partial<Findings>, verdict: string, exitCode: number]>([
  ['everything met', {}, 'PASS', 0],
  ['an expectation missed', { expectations: with_('hypothesis') }, 'DEVIATED', 3],
  ['an expectation that was never decided', { expectations: with_('hypothesis', 'pending') }, 'DEVIATED', 3],
  ['a fault that touched nothing', { expectations: with_('experiment') }, 'ERROR', 1],
  ['no load', { load: undefined }, 'ERROR', 1],
  ['no steady state before', { expectations: with_('baseline') }, 'NO-BASELINE', 5],
  ['a generator that was the limit', { load: { verdict: 'generator-limited' } }, 'NO-BASELINE', 5],
  ['a generator that was late now and then', { load: { verdict: 'noisy' } }, 'PASS', 0],
  ['what may be the lateness of the generator', { expectations: with_('generator') }, 'NO-BASELINE', 5],
  [
    'what may be the lateness of the generator, and a miss',
    { expectations: [...with_('generator'), judged('recovery', 'missed')] },
    'DEVIATED',
    3,
  ],
  ['a halt', { wasHalted: true }, 'HALTED', 3],
  ['a system that was not put back', { cleanup: 'RESIDUAL' }, 'RESIDUAL', 4],
  [
    'a miss, and a system that was not put back',
    { cleanup: 'RESIDUAL', expectations: with_('hypothesis') },
    'DEVIATED',
    4,
  ],
  ['a system that did not recover', { expectations: with_('recovery') }, 'DEVIATED', 3],
  [
    'a system that could not be put back, so that it did not recover',
    { cleanup: 'RESIDUAL', expectations: with_('recovery') },
    'RESIDUAL',
    4,
  ],
  ['a halt without a baseline', { wasHalted: true, expectations: with_('baseline') }, 'NO-BASELINE', 5],
  [
    'a fault that touched nothing, and a miss',
    { expectations: [...with_('experiment'), judged('hypothesis', 'missed')] },
    'ERROR',
    1,
  ],
])('%s', (_, change, verdict, exitCode) => {
  const findings = { ...good, ...change }
  expect(verdictOf(findings)).toBe(verdict)
  expect(exitCodeOf(verdictOf(findings), findings.cleanup)).toBe(exitCode)
})

test.each([
  ['after three seconds of failures', [load(0, 5), load(5, 8, { failed: 20 })], 'below 0.9'],
  ['not after two', [load(0, 5), load(5, 7, { failed: 20 })], undefined],
  [
    'not when one of the three was good',
    [load(0, 5, { failed: 20 }), load(5, 6), load(6, 8, { failed: 20 })],
    undefined,
  ],
  ['not before three seconds were seen', [load(0, 2, { failed: 20 })], undefined],
])('an experiment halts: %s', (_, events, expected) => {
  const { halt } = experimentIn(paymentDown.replace('below: 0.5', 'below: 0.9'))
  const found = haltNow(halt, seen(...events), known().quantileMs)
  if (expected === undefined) expect(found).toBeUndefined()
  else
    expect(found).toMatchObject({
      condition: { name: `success_rate ${expected} for 3s` },
      observed: '80 % ok, 20 of 100 not',
    })
})
