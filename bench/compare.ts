// The comparison on real runs: is it quiet about the same thing, and does it find 10 % more?
//
//   npm run bench -- compare [--save runs.json]              records, and keeps what it recorded
//   npm run bench -- compare --from runs.json [--from …]     the same figures again, from recorded runs
//
// Runs of the same target are recorded one after the other: A B A B …, so that a machine that drifts drifts
// for both sides. A pair takes six neighbouring couples of the eight, and a coin decides for each of them
// which run is the baseline's. For the second question every response time of the candidate is 10 % longer.
//
//   recorded   1 2 │ 3 4 │ 5 6 │ 7 8 │ …        baseline   1 4 5 …  in order
//   coin        >     <     >   (left out)      candidate  2 3 6 …

import { readFile, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import type { LoadInterval } from '../src/events.ts'
import { fractionAt } from '../src/load/chance.ts'
import { compareLoads } from '../src/load/compare.ts'
import { createHistogram, decode, encode, recordedIn, recordUs } from '../src/load/histogram.ts'
import { runLoad } from '../src/runtime/load.ts'
import { startTarget } from '../test/fixtures/targets/start-target.ts'

const couples = 8
const couplesOfPair = 6
const secondsEach = 12
const pairs = 50
const warmUp = 2
const tolerance = 0.05

export async function benchCompare(): Promise<void> {
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: {
      save: { type: 'string' },
      from: { type: 'string', multiple: true },
      rps: { type: 'string', default: '1000' },
    },
  })
  const { save, from, rps } = values
  if (from === undefined) {
    const recorded = await record(Number(rps))
    if (save !== undefined) await writeFile(save, JSON.stringify(recorded))
    judge('recorded now', recorded)
  } else {
    for (const path of from) judge(path, JSON.parse(await readFile(path, 'utf8')) as LoadInterval[][])
  }
}

async function record(ratePerSecond: number): Promise<LoadInterval[][]> {
  await using target = await startTarget('./plain-server.ts')
  console.log(`${2 * couples} runs of msvc load ${target.url} --rps ${ratePerSecond} -d ${secondsEach}s`)
  const recorded: LoadInterval[][] = []
  let valid = 0
  for (let run = 0; run < 2 * couples; run++) {
    const seconds: LoadInterval[] = []
    const plan = { target: { url: target.url }, ratePerSecond, durationMs: secondsEach * 1000 }
    const { verdict, responseMs } = await runLoad(plan, {
      onInterval: (interval) => void seconds.push(interval),
    })
    console.log(`  run ${run + 1}: p50 ${responseMs.p50} ms, p99 ${responseMs.p99} ms, ${verdict}`)
    recorded.push(seconds.slice(warmUp))
    valid += verdict === 'valid' ? 1 : 0
  }
  if (valid < recorded.length)
    console.log(`${recorded.length - valid} runs are not valid: on a quieter machine this would say more`)
  return recorded
}

function judge(what: string, recorded: readonly LoadInterval[][]): void {
  const verdicts = { same: count(recorded, 1), slower: count(recorded, 1.1) }
  console.log(what)
  console.table(verdicts)
  const { better = 0, worse = 0 } = verdicts.same
  console.log(
    `false alarms: ${better + worse} of ${pairs}; +10 % found: ${verdicts.slower['worse'] ?? 0} of ${pairs}`,
  )
}

/** Verdict → pairs. */
function count(recorded: readonly LoadInterval[][], factor: number): Record<string, number> {
  const verdicts: Record<string, number> = {}
  for (let pair = 0; pair < pairs; pair++) {
    const [one, other] = draw(recorded, pair)
    const about = { id: '', target: '', ratePerSecond: 0, isValid: true }
    const { verdict } = compareLoads(
      { run: about, seconds: one },
      { run: about, seconds: other.map((interval) => slower(interval, factor)) },
      { tolerance, seed: pair + 1 },
    )
    verdicts[verdict] = (verdicts[verdict] ?? 0) + 1
  }
  return verdicts
}

/** The seconds of both sides. */
function draw(recorded: readonly LoadInterval[][], pair: number): [LoadInterval[], LoadInterval[]] {
  const chosen = Array.from({ length: couples }, (_, couple) => couple)
    .toSorted((a, b) => fractionAt(pair, a) - fractionAt(pair, b))
    .slice(0, couplesOfPair)
    .toSorted((a, b) => a - b)
  const sideOf = (side: 0 | 1): LoadInterval[] =>
    chosen.flatMap((couple) => {
      const isTurned = fractionAt(pair, couples + couple) < 0.5
      return recorded[2 * couple + (isTurned ? 1 - side : side)]!
    })
  return [sideOf(0), sideOf(1)]
}

function slower(interval: LoadInterval, factor: number): LoadInterval {
  const response = createHistogram()
  for (const { us, times } of recordedIn(decode(interval.responseHistogram))) {
    recordUs(response, Math.round(us * factor), times)
  }
  return { ...interval, responseHistogram: encode(response) }
}
