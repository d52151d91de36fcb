import { describe, expect, test } from 'vitest'
import type { LoadInterval } from '../../src/events.ts'
import { blockLength, chanceOf, resample, spreadOf } from '../../src/load/bootstrap.ts'
import { compareLoads, type CompareOptions } from '../../src/load/compare.ts'
import type { ComparedLoad } from '../../src/load/compared-seconds.ts'
import type { LoadVerdict } from '../../src/system/load-report.ts'
import { spreadOfRuns } from '../../src/load/run-spread.ts'
import { interval } from './interval.ts'

/** Seeded chance of the tests' own: a wrong generator must not test itself. */
function chance(seed: number): () => number {
  let state = seed * 2654435761 + 1
  return () => {
    state = (state * 1103515245 + 12345) % 2147483648
    return (state + 0.5) / 2147483648
  }
}
const normal = (next: () => number): number =>
  Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next())

/**
 * A run whose level wanders: 4 % around its mean, each second like the one before it (0.6). `unrest`: it drifts
 * besides, by 2 % and back in 40 s, and has bad seconds, which come in bouts of four: in them one arrival of
 * twenty takes ten times as long. `level`: of the machine in this run. In each `late`-th second the generator
 * is late, and all is ten times as slow.
 */
function run(
  seed: number,
  {
    scale = 1,
    seconds = 60,
    failing = 0,
    unrest = false,
    level: ofRun = 0,
    late = 0,
    startedAt = seed,
    verdict = 'valid' as LoadVerdict,
  } = {},
): ComparedLoad {
  const next = chance(seed)
  let level = 0.04 * normal(next)
  const phase = next()
  let isBad = false
  const intervals = Array.from({ length: seconds }, (_, second): LoadInterval => {
    level = 0.6 * level + 0.04 * Math.sqrt(1 - 0.36) * normal(next)
    const drift = unrest ? 0.02 * Math.sin(2 * Math.PI * (phase + second / 40)) : 0
    isBad = unrest && next() < (isBad ? 0.75 : 0.04)
    const slowest = isBad ? 0.05 : 0
    const isLate = late > 0 && second % late === 0
    const times = Array.from({ length: 200 }, () => {
      const time = 5 * Math.exp(ofRun + level + drift + 0.4 * normal(next)) * (next() < slowest ? 10 : 1)
      return scale * time * (isLate ? 10 : 1)
    })
    const outcomes = { ok: 200 - failing, ...(failing > 0 && { timeout: failing }) }
    const recorded = interval(second, times, outcomes)
    return { ...recorded, lagMs: { ...recorded.lagMs, p99: isLate ? 40 : 0.3 } }
  })
  const about = {
    id: `run-${seed}`,
    target: 'http://127.0.0.1:4000',
    ratePerSecond: 200,
    startedAt,
    verdict,
    isInterrupted: false,
  }
  return { run: about, seconds: intervals }
}
const options = { tolerance: 0.05, seed: 1 }
const compared = (baseline: ComparedLoad, candidate: ComparedLoad, asked: CompareOptions = options) =>
  compareLoads([baseline], [candidate], asked)
const slow = { tags: ['slow'], timeout: 60_000 }
const pairs = Array.from({ length: 50 }, (_, pair) => [2 * pair + 1, 2 * pair + 2] as const)

describe.each([
  ['wander', false],
  ['wander, drift and have bad seconds', true],
])('a comparison of runs that %s, 50 pairs', (_, unrest) => {
  test('of the same system gives no more than 5 false alarms', slow, () => {
    const alarms = pairs.filter(([one, other]) => {
      const { verdict } = compared(run(one, { unrest }), run(other, { unrest }))
      return verdict === 'worse' || verdict === 'better'
    })
    expect(alarms.length).toBeLessThanOrEqual(5)
  })

  test('finds 10 % more latency in at least 45', slow, () => {
    const found = pairs.filter(([one, other]) => {
      const slower = run(other, { unrest, scale: 1.1 })
      return compared(run(one, { unrest }), slower).verdict === 'worse'
    })
    expect(found.length).toBeGreaterThanOrEqual(45)
  })
})

describe('a comparison', () => {
  test('says better, with the change and its interval', () => {
    const { verdict, metrics } = compared(run(1), run(2, { scale: 0.7 }))
    expect(verdict).toBe('better')
    const [p50] = metrics
    expect(p50!.change).toBeCloseTo(-0.3, 1)
    expect(p50!.low).toBeLessThan(p50!.change)
    expect(p50!.high).toBeGreaterThan(p50!.change)
    expect(p50!.high).toBeLessThan(0)
    expect(p50!.detectable).toBeGreaterThan(0)
    expect(p50!.detectable).toBeLessThan(0.3)
  })

  test('says same of long runs with a wide tolerance', () => {
    const long = { seconds: 200 }
    expect(compared(run(1, long), run(2, long), { tolerance: 0.15, seed: 1 }).verdict).toBe('same')
  })

  test('does not mind a significant change below the tolerance', () => {
    const { metrics } = compared(run(1), run(1, { scale: 1.02 }), { tolerance: 0.2, seed: 1 })
    expect(metrics.map(({ verdict }) => verdict)).toEqual(['same', 'same', 'same'])
  })

  test('finds more failures, even when the rest is as fast', () => {
    const { verdict, failures } = compared(run(1), run(2, { failing: 4 }))
    expect(verdict).toBe('worse')
    expect(failures).toMatchObject({ verdict: 'worse', baseline: 0 })
    expect(failures.candidate).toBeCloseTo(0.02, 6)
  })

  test('of too short runs, or of one that is not valid, is inconclusive and says why', () => {
    const short = compared(run(1, { seconds: 5 }), run(2, { scale: 3 }))
    expect(short).toMatchObject({ verdict: 'inconclusive', metrics: [] })
    expect(short.notes.join()).toContain('at least 8 whole seconds')
    const invalid = compared(run(1), run(2, { scale: 3, verdict: 'generator-limited' }))
    expect(invalid.verdict).toBe('inconclusive')
    expect(invalid.notes.join()).toContain('run-2 is not valid')
  })

  test('is the same for the same seed, and differs in its resamples for another', () => {
    const again = (seed: number) => compared(run(1), run(2), { tolerance: 0.05, seed }).metrics
    expect(again(1)).toEqual(again(1))
    expect(again(1)).not.toEqual(again(2))
  })
})

/** In turns; the level of the machine is another in each run (3 %), and drifts (1 % from run to run, up and down). */
function inTurns(
  seed: number,
  runs: number,
  { scale = 1, seconds = 14 } = {},
): [ComparedLoad[], ComparedLoad[]] {
  const next = chance(seed)
  let drift = 0
  const recorded = Array.from({ length: 2 * runs }, (_, turn) => {
    drift += 0.01 * normal(next)
    const isCandidate = turn % 4 === 1 || turn % 4 === 2
    const about = {
      level: drift + 0.03 * normal(next),
      seconds,
      startedAt: turn,
      scale: isCandidate ? scale : 1,
    }
    return { isCandidate, load: run(1000 * seed + turn, about) }
  })
  const side = (which: boolean) =>
    recorded.flatMap(({ isCandidate, load }) => (isCandidate === which ? [load] : []))
  return [side(false), side(true)]
}

describe('a comparison of several runs that differ anyway, in turns, 50 pairs', () => {
  const verdicts = (runs: number, scale: number): string[] =>
    pairs.map(([seed]) => compareLoads(...inTurns(seed, runs, { scale }), options).verdict)
  const count = (all: readonly string[], verdict: string): number =>
    all.filter((each) => each === verdict).length

  test('of the same system gives no more than 5 false alarms', slow, () => {
    for (const runs of [2, 3, 6]) {
      const same = verdicts(runs, 1)
      const alarms = count(same, 'worse') + count(same, 'better')
      expect({ runs, isQuiet: alarms <= 5 || alarms }).toEqual({ runs, isQuiet: true })
    }
  })

  test('finds 10 % more latency in at least 45 of eight runs a side, and 20 % of six', slow, () => {
    expect(count(verdicts(8, 1.1), 'worse')).toBeGreaterThanOrEqual(45)
    expect(count(verdicts(6, 1.2), 'worse')).toBeGreaterThanOrEqual(45)
  })

  test('never takes 10 % more for better', slow, () => {
    expect(count(verdicts(6, 1.1), 'better')).toBe(0)
  })

  test('tells how many runs it would take, and so many are enough', slow, () => {
    const unsure = pairs.flatMap(([seed]) => {
      const { verdict, metrics } = compareLoads(...inTurns(seed, 4, { scale: 1.1 }), options)
      return verdict === 'inconclusive' ? [{ seed, runs: metrics[0]!.runsNeeded }] : []
    })
    expect(unsure.length).toBeGreaterThan(5)
    const found = unsure.filter(
      ({ seed, runs }) =>
        compareLoads(...inTurns(seed + 5000, Math.min(runs, 30), { scale: 1.1 }), options).verdict ===
        'worse',
    )
    expect(found.length / unsure.length).toBeGreaterThanOrEqual(0.7)
  })
})

describe('the spread of runs', () => {
  const sides = (values: readonly number[]) =>
    values.map((value, turn) => ({
      side: turn % 4 === 1 || turn % 4 === 2 ? ('candidate' as const) : ('baseline' as const),
      value,
    }))
  const width = ({ spread: { low, high } }: ReturnType<typeof spreadOfRuns>): number => high - low

  test('holds the true difference as often as it says, for runs that do not depend on each other', () => {
    for (const areInTurns of [true, false]) {
      for (const runs of [8, 12, 24]) {
        const missed = Array.from({ length: 2000 }, (_, trial) => {
          const next = chance(trial + 1)
          const { low, high } = spreadOfRuns(
            sides(Array.from({ length: runs }, () => normal(next))),
            areInTurns,
          ).spread
          return low > 0 || high < 0
        }).filter(Boolean).length
        // One of three intervals that hold together in 95 %: 1.67 % each.
        expect([areInTurns, runs, missed < 0.025 * 2000, missed > 0.008 * 2000]).toEqual([
          areInTurns,
          runs,
          true,
          true,
        ])
      }
    }
  })

  test('does not count a drift that both sides share when runs are in turns', () => {
    const next = chance(7)
    const drifting = sides(Array.from({ length: 12 }, (_, turn) => turn + 0.1 * normal(next)))
    expect(width(spreadOfRuns(drifting, true))).toBeLessThan(0.5 * width(spreadOfRuns(drifting, false)))
    expect(spreadOfRuns(drifting, true).candidate - spreadOfRuns(drifting, true).baseline).toBeCloseTo(0, 0)
  })
})

describe('a comparison of runs that were disturbed', () => {
  test('leaves out the seconds in which the generator was late, and says so', () => {
    const noisy = { late: 4, verdict: 'noisy' as const, seconds: 90 }
    const same = compared(run(1, noisy), run(2, noisy), { tolerance: 0.1, seed: 1 })
    expect(same.metrics[0]).toMatchObject({ name: 'p50', verdict: 'same' })
    expect(same.baseline[0]).toMatchObject({ seconds: 66, disturbed: 22, isValid: true })
    expect(same.notes.join()).toContain('22 of 88 seconds of run-1 are left out')
    expect(compared(run(1, noisy), run(2, { ...noisy, scale: 1.2 })).verdict).toBe('worse')
  })

  test('concludes nothing from a run of which most was disturbed, unless others of its side are sound', () => {
    const most = { late: 1, verdict: 'noisy' as const }
    const alone = compared(run(1), run(2, { ...most, scale: 3 }))
    expect(alone).toMatchObject({ verdict: 'inconclusive', isValid: false })
    const baseline = [1, 3, 5, 7, 9].map((seed) => run(seed))
    const candidate = [2, 4, 6, 8].map((seed) => run(seed, { scale: 1.3 }))
    const together = compareLoads(baseline, [...candidate, run(10, most)], options)
    expect(together).toMatchObject({ verdict: 'worse', isValid: true })
  })

  test('does not call a side better for the loss of its bad seconds', () => {
    const hog = { late: 4, verdict: 'noisy' as const }
    const favoured = compared(run(1), run(2, { ...hog, scale: 0.7 }))
    expect(favoured.verdict).toBe('inconclusive')
    expect(favoured.notes.join()).toContain('late much more often on one side')
    expect(compared(run(1), run(2, { ...hog, scale: 1.3 })).verdict).toBe('worse')
    expect(compared(run(1, hog), run(2, { scale: 1.3 })).verdict).toBe('inconclusive')
    expect(compared(run(1, hog), run(2, { scale: 0.7 })).verdict).toBe('better')
  })
})

test('a comparison takes its runs in the order of recording, however they are named', () => {
  for (const runs of [2, 5]) {
    const [baseline, candidate] = inTurns(3, runs)
    const named = compareLoads(baseline.toReversed(), candidate, options)
    expect(named).toEqual(compareLoads(baseline, candidate, options))
  }
})

test('a comparison says when its runs cannot show how much runs differ', () => {
  expect(compared(run(1), run(2, { scale: 1.3 })).notes.join()).toContain('one run a side')
  const [baseline, candidate] = inTurns(1, 4, { scale: 1.3 })
  expect(compareLoads(baseline, candidate, options).notes).toEqual([])
  const later = candidate.map((load, index) => ({ ...load, run: { ...load.run, startedAt: 100 + index } }))
  expect(compareLoads(baseline, later, options).notes.join()).toContain('not recorded in turns')
})

describe('the bootstrap', () => {
  test('draws whole blocks from a circle, as many seconds as there were', () => {
    const secondsOf = (seed: number) =>
      resample({ length: 20, block: 4 }, chanceOf(seed, 0)).flatMap(({ from, to }) =>
        Array.from({ length: to - from }, (_, index) => from + index),
      )
    const drawn = secondsOf(1)
    expect(drawn).toHaveLength(20)
    for (let i = 0; i < 20; i += 4) {
      expect(drawn.slice(i, i + 4)).toEqual([0, 1, 2, 3].map((step) => (drawn[i]! + step) % 20))
    }
    expect(secondsOf(2)).not.toEqual(drawn)
    const short = resample({ length: 7, block: 3 }, () => 0.9)
    expect(short).toEqual([6, 0, 6, 0, 6].map((from, index) => ({ from, to: [7, 2, 7, 2, 7][index] })))
  })

  test('keeps a fifth of the run together', () => {
    expect([60, 9, 3].map(blockLength)).toEqual([12, 1, 1])
  })

  test('knows less from fewer blocks', () => {
    const values = Array.from({ length: 1000 }, (_, index) => (index - 500) / 500)
    const width = (blocks: number): number => {
      const { low, high } = spreadOf(0, values, blocks)
      return high - low
    }
    expect(width(8)).toBeGreaterThan(1.3 * width(100))
  })
})
