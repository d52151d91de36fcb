// Experiments tell the truth: a system with a defect deviates, with the expectation named that the defect
// breaks, and a healthy one passes. A handful here; all of them, many times, in `npm run soak -- honesty`.

import { describe, expect, test } from 'vitest'
import { renderedSystem } from '../fixtures/rendered-system.ts'
import { defects } from './defects.ts'
import { missedIn, tryUntilValid } from './try-experiment.ts'

const slow = { tags: ['slow' as const] }

test('every defect still fits the system that is generated', async () => {
  expect(defects.length).toBeGreaterThanOrEqual(12)
  for (const { edits } of defects) {
    await using system = await renderedSystem()
    for (const [path, from, to] of edits) await system.edit(path, from, to)
  }
})

// Two at a time: each waits most of its time. What disturbs a run is told by it, and it is tried again.
describe.concurrent('on real processes', slow, () => {
  test('a healthy system passes', async () => {
    const result = await tryUntilValid('payment-down')
    expect(result.expectations.filter(({ met }) => !met)).toEqual([])
    expect(result).toMatchObject({ verdict: 'PASS', cleanup: 'CLEAN' })
  })

  test.each(defects.filter(({ isInGate }) => isInGate))(
    '$name deviates',
    async ({ experiment, edits, names }) => {
      const result = await tryUntilValid(experiment, edits)
      expect(missedIn(result)).toContain(names)
      expect(result).toMatchObject({ verdict: 'DEVIATED', cleanup: 'CLEAN' })
    },
  )
})
