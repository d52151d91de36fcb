// What can happen to a breaker, as data for fast-check: calls that start and end in any order, time that
// passes, hands that set it, recovery probes.

import fc from 'fast-check'

export type Ending = 'succeed' | 'fail' | 'ignore'

export type Operation =
  | { kind: 'wait'; ms: number }
  | { kind: 'start' }
  /** Ends one of the calls under way; `pick` is reduced to their number. */
  | { kind: 'end'; pick: number; ending: Ending }
  /** So many whole calls, each taking `tookMs`, one after the other. */
  | { kind: 'calls'; count: number; ending: Ending; tookMs: number }
  /** So many calls at once that never come back. */
  | { kind: 'hang'; count: number }
  | { kind: 'force'; state: 'forced_open' | 'disabled'; ttlMs: number }
  | { kind: 'auto' }
  | { kind: 'look' }
  /** A recovery probe answered well. */
  | { kind: 'probe' }

const ending = fc.constantFrom<Ending>('succeed', 'fail', 'fail', 'ignore')

const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('wait'), ms: fc.integer({ min: 0, max: 60 }) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('wait'),
      ms: fc.constantFrom(
        199,
        200,
        201,
        500,
        799,
        800,
        999,
        1000,
        1001,
        1199,
        1200,
        1201,
        2000,
        2400,
        10_000,
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait'), ms: fc.integer({ min: 0, max: 40_000 }) }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('start') }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('end'), pick: fc.nat(), ending }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('calls'),
      count: fc.integer({ min: 1, max: 30 }),
      ending,
      tookMs: fc.constantFrom(0, 1, 7, 20, 501),
    }),
  },
  // Bursts among healthy traffic, so that the share stays low and only the fast trip can open it.
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('calls'),
      count: fc.constantFrom(3, 29, 32, 60),
      ending: fc.constantFrom<Ending>('succeed', 'fail'),
      tookMs: fc.constantFrom(0, 1),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('hang'), count: fc.integer({ min: 1, max: 5 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('force'),
      state: fc.constantFrom('forced_open', 'disabled'),
      ttlMs: fc.constantFrom(1, 500, 5000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('auto') }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('look') }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('probe') }) },
)

// fast-check's default size makes short arrays, in which a breaker hardly ever opens: most mutants
// survive them.
export const operations = fc.array(operation, { minLength: 20, maxLength: 250, size: 'max' })
