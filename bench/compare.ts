// The comparison on real runs: is it quiet about the same thing, and does it find 10 % more?
//
//   npm run bench -- compare [--save runs.json]      records, and keeps what it recorded
//   npm run bench -- compare --from runs.json        the same figures again, from the same runs
//
// Runs are recorded in turns, so that a machine that drifts drifts for both sides. Each of 50 pairs draws
// half of the runs for one side and the rest for the other; for the second question, every response time of
// the other side is made 10 % longer.

import { readFile, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import type { LoadInterval } from '../src/events.ts'
import { fractionAt } from '../src/load/chance.ts'
import { compareLoads } from '../src/load/compare.ts'
import { createHistogram, decode, encode, recordedIn, recordUs } from '../src/load/histogram.ts'
import { runLoad } from '../src/runtime/load.ts'
import { startTarget } from '../test/fixtures/targets/start-target.ts'

const runs = 8
const secondsEach = 17
const pairs = 50
const warmUp = 2

export async function benchCompare(): Promise<void> {
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: { save: { type: 'string' }, from: { type: 'string' } },
  })
  const { save, from } = values
  const recorded =
    from === undefined ? await record() : (JSON.parse(await readFile(from, 'utf8')) as LoadInterval[][])
  if (save !== undefined) await writeFile(save, JSON.stringify(recorded))
  const verdicts = { same: count(recorded, 1), slower: count(recorded, 1.1) }
  console.table(verdicts)
  const { better = 0, worse = 0 } = verdicts.same
  console.log(
    `false alarms: ${better + worse} of ${pairs}; +10 % found: ${verdicts.slower['worse'] ?? 0} of ${pairs}`,
  )
}

async function record(): Promise<LoadInterval[][]> {
  await using target = await startTarget('./plain-server.ts')
  console.log(`${runs} runs of msvc load ${target.url} --rps 500 --duration ${secondsEach}s`)
  const recorded: LoadInterval[][] = []
  for (let run = 0; run < runs; run++) {
    const seconds: LoadInterval[] = []
    const plan = { target: { url: target.url }, ratePerSecond: 500, durationMs: secondsEach * 1000 }
    const { verdict, responseMs } = await runLoad(plan, {
      onInterval: (interval) => void seconds.push(interval),
    })
    console.log(`  run ${run + 1}: p50 ${responseMs.p50} ms, p99 ${responseMs.p99} ms, ${verdict}`)
    recorded.push(seconds.slice(warmUp))
  }
  return recorded
}

/** Verdict → pairs. */
function count(recorded: readonly LoadInterval[][], factor: number): Record<string, number> {
  const verdicts: Record<string, number> = {}
  for (let pair = 0; pair < pairs; pair++) {
    const order = recorded
      .map((seconds, run) => ({ seconds, key: fractionAt(pair, run) }))
      .toSorted((a, b) => a.key - b.key)
      .map(({ seconds }) => seconds)
    const one = order.slice(0, runs / 2).flat()
    const other = order
      .slice(runs / 2)
      .flat()
      .map((interval) => slower(interval, factor))
    const about = { id: '', target: '', ratePerSecond: 500, isValid: true }
    const { verdict } = compareLoads(
      { run: about, seconds: one },
      { run: about, seconds: other },
      { tolerance: 0.05, seed: pair + 1 },
    )
    verdicts[verdict] = (verdicts[verdict] ?? 0) + 1
  }
  return verdicts
}

function slower(interval: LoadInterval, factor: number): LoadInterval {
  const response = createHistogram()
  for (const { us, times } of recordedIn(decode(interval.responseHistogram))) {
    recordUs(response, Math.round(us * factor), times)
  }
  return { ...interval, responseHistogram: encode(response) }
}
