// The comparison on real runs: is it quiet about the same thing, and does it find 10 % more?
//
//   npm run bench -- compare [--only service] [--save runs.json]   records, and keeps what it recorded
//     --couples 7                                                  fewer runs, from which the same pairs are drawn
//   npm run bench -- compare --from runs.json [--from …]           the same figures again, from recorded runs
//
// Two targets. `service` is what somebody has who compares runs: a server that works a little and waits some
// milliseconds for its data, at a rate that leaves the machine idle. Its spread and its share of the machine's
// unrest are in the recording, yet it is its own time that 10 % are of. `bare` is the hard one: a server that
// answers at once, in 0.2 ms that are for the most part the wake-ups of an idle machine; these change by far
// more than 10 % from run to run, as its cores sleep more or less deeply.
//
// Runs of the same target are recorded one after the other: A B A B …, so that a machine that drifts drifts
// for both sides. A pair takes six neighbouring couples of the eight, and a coin decides for each of them
// which run is the baseline's. For the second question every response time of the candidate is 10 % longer.
//
// Beside the verdict of all percentiles stands how often p50 alone was found slower.
//
//   recorded   1 2 │ 3 4 │ 5 6 │ 7 8 │ …        baseline   1 4 5 …  in order
//   coin        >     <     >   (left out)      candidate  2 3 6 …

import { readFile, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import type { LoadInterval } from '../src/events.ts'
import { fractionAt } from '../src/load/chance.ts'
import { compareLoads } from '../src/load/compare.ts'
import type { ComparedLoad } from '../src/load/compared-seconds.ts'
import { decode, encode } from '../src/load/encoded-histogram.ts'
import { createHistogram, recordedIn, recordUs } from '../src/load/histogram.ts'
import { runLoad } from '../src/runtime/load.ts'
import { startTarget } from '../test/fixtures/targets/start-target.ts'

const targets: Record<string, { file: string; ratePerSecond: number }> = {
  // Not 200: every 5 ms, all arrivals of a run would meet its timers at the same point of a millisecond, another
  // one in each run, and p50 would be a step of these timers: half a millisecond of 5 from run to run.
  service: { file: './working-server.ts', ratePerSecond: 211 },
  bare: { file: './plain-server.ts', ratePerSecond: 1000 },
}
const couplesOfPair = 6
const secondsEach = 12
const pairs = 50
const tolerance = 0.05

/** In the order of recording. */
type Recorded = Record<string, ComparedLoad[]>

export async function benchCompare(): Promise<void> {
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: {
      save: { type: 'string' },
      from: { type: 'string', multiple: true },
      couples: { type: 'string', default: '8' },
      only: { type: 'string', multiple: true, default: Object.keys(targets) },
    },
  })
  const { save, from = [], only } = values
  const couples = Math.max(couplesOfPair, Number(values.couples))
  if (from.length === 0) {
    const recorded: Recorded = {}
    for (const name of only) recorded[name] = await record(name, couples)
    if (save !== undefined) await writeFile(save, JSON.stringify(recorded))
    judge('recorded now', recorded)
  }
  for (const path of from) judge(path, JSON.parse(await readFile(path, 'utf8')) as Recorded)
}

async function record(name: string, couples: number): Promise<ComparedLoad[]> {
  const { file, ratePerSecond } = targets[name]!
  await using target = await startTarget(file)
  const { url } = target
  console.log(`${name}: ${2 * couples} runs of msvc load ${url} --rps ${ratePerSecond} -d ${secondsEach}s`)
  const recorded: ComparedLoad[] = []
  for (let run = 1; run <= 2 * couples; run++) {
    const seconds: LoadInterval[] = []
    const plan = { target: { url }, ratePerSecond, durationMs: secondsEach * 1000 }
    const { verdict, responseMs, startedAt, isInterrupted } = await runLoad(plan, {
      onInterval: (interval) => void seconds.push(interval),
    })
    console.log(`  run ${run}: p50 ${responseMs.p50} ms, p99 ${responseMs.p99} ms, ${verdict}`)
    const about = { id: `${name}-${run}`, target: url, ratePerSecond, startedAt, verdict, isInterrupted }
    recorded.push({ run: about, seconds })
  }
  return recorded
}

function judge(what: string, recorded: Recorded): void {
  console.log(what)
  for (const [name, runs] of Object.entries(recorded)) {
    const noisy = runs.filter(({ run }) => run.verdict !== 'valid').length
    const [same, slowed] = [count(runs, 1), count(runs, 1.1)]
    console.table({ same: same.verdicts, slower: slowed.verdicts, 'slower, p50 alone': slowed.ofP50 })
    const { better = 0, worse = 0 } = same.verdicts
    const found = `+10 % found ${slowed.verdicts['worse'] ?? 0} of ${pairs} (by p50 alone: ${slowed.ofP50['worse'] ?? 0})`
    const invalid = `${noisy} of ${runs.length} runs not valid`
    console.log(`${name}: false alarms ${better + worse} of ${pairs}; ${found}; ${invalid}`)
  }
}

/** Verdict → pairs, of the whole comparison and of p50 alone. */
function count(recorded: readonly ComparedLoad[], factor: number): Record<'verdicts' | 'ofP50', Counts> {
  const verdicts: Counts = {}
  const ofP50: Counts = {}
  for (let pair = 0; pair < pairs; pair++) {
    const [baseline, candidate] = draw(recorded, pair)
    const slowed = candidate.map((load) => ({
      ...load,
      seconds: load.seconds.map((second) => slower(second, factor)),
    }))
    const { verdict, metrics } = compareLoads(baseline, slowed, { tolerance, seed: pair + 1 })
    verdicts[verdict] = (verdicts[verdict] ?? 0) + 1
    const p50 = metrics.find(({ name }) => name === 'p50')?.verdict ?? 'inconclusive'
    ofP50[p50] = (ofP50[p50] ?? 0) + 1
  }
  return { verdicts, ofP50 }
}

type Counts = Record<string, number>

/** The runs of both sides. */
function draw(recorded: readonly ComparedLoad[], pair: number): [ComparedLoad[], ComparedLoad[]] {
  const couples = recorded.length / 2
  const chosen = Array.from({ length: couples }, (_, couple) => couple)
    .toSorted((a, b) => fractionAt(pair, a) - fractionAt(pair, b))
    .slice(0, couplesOfPair)
    .toSorted((a, b) => a - b)
  const sideOf = (side: 0 | 1): ComparedLoad[] =>
    chosen.map((couple) => {
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
