import { expect, test } from 'vitest'
import type { Judged } from '../../../src/chaos/experiment/judgement.ts'
import { expectationsIn } from '../../../src/chaos/experiment/result.ts'
import type { Verdict } from '../../../src/system/experiment-result.ts'

const one = (concerns: Judged['concerns'], state: Judged['state']): Judged => ({
  name: concerns,
  expected: '',
  observed: '',
  concerns,
  state,
})

test.each<[what: string, verdict: Verdict, judged: Judged[], unjudged: string[]]>([
  [
    'there was no steady state before: all that is not met',
    'NO-BASELINE',
    [one('baseline', 'missed'), one('experiment', 'missed'), one('recovery', 'missed')],
    ['experiment', 'recovery'],
  ],
  [
    'the generator was late: nothing',
    'NO-BASELINE',
    [one('baseline', 'met'), one('generator', 'missed'), one('recovery', 'met')],
    [],
  ],
  ['the system deviated: nothing', 'DEVIATED', [one('baseline', 'met'), one('hypothesis', 'missed')], []],
])('what is not judged when %s', (_, verdict, judged, unjudged) => {
  const found = expectationsIn(judged, verdict).filter((expectation) => expectation.judged === false)
  expect(found.map(({ name }) => name)).toEqual(unjudged)
})
