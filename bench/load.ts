// The load engine against a tiny target in a process of its own, on the same cores: does it keep the
// schedule, what does it cost, and what would autocannon cost for as many requests.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { runLoad } from '../src/runtime/load.ts'
import { startTarget } from '../test/fixtures/targets/start-target.ts'

const ratePerSecond = 10_000
const durationMs = 20_000

export async function benchLoad(): Promise<void> {
  await using target = await startTarget('./plain-server.ts')
  console.log(`msvc load ${target.url} --rps ${ratePerSecond} --duration ${durationMs / 1000}s`)
  let peakRss = 0
  const watch = setInterval(() => (peakRss = Math.max(peakRss, process.memoryUsage.rss())), 200)
  const report = await runLoad({ target: { url: target.url }, ratePerSecond, durationMs })
  clearInterval(watch)
  const { schedule, outcomes, achievedRate, generator, responseMs, lagMs } = report
  const accounted = Object.values(outcomes).reduce((sum, count) => sum + count, 0)
  const rateError = Math.abs(achievedRate - ratePerSecond) / ratePerSecond
  console.table({
    arrivals: schedule.arrivals,
    unaccounted: schedule.arrivals - accounted,
    'ok, %': (100 * (outcomes.ok ?? 0)) / schedule.arrivals,
    'rate error, %': 100 * rateError,
    'response p50, ms': responseMs.p50,
    'response p99, ms': responseMs.p99,
    'lag p50, ms': lagMs.p50,
    'lag p99, ms': lagMs.p99,
    'CPU per request, µs (engine + metronome)': generator.cpuPerArrivalUs,
    'waited for a core, %': 100 * (generator.runQueueWait ?? Number.NaN),
    'RSS, MB': peakRss / 1e6,
    verdict: report.verdict,
  })
  console.log(`npx autocannon -R ${ratePerSecond} -c 100 -d 10 ${target.url}`)
  console.table(await autocannonCost(target.url))
}

/** The CPU time that autocannon's own process takes, per answer, at the same rate. */
async function autocannonCost(url: string): Promise<Record<string, number>> {
  const path = fileURLToPath(import.meta.resolve('autocannon'))
  const script = `
    const autocannon = require(${JSON.stringify(path)})
    autocannon({ url: process.argv[1], connections: 100, duration: 10, overallRate: ${ratePerSecond} }, (error, result) => {
      const { user, system } = process.cpuUsage()
      console.log(JSON.stringify({ answers: result.requests.total, cpuMs: (user + system) / 1000 }))
    })`
  const child = spawn(process.execPath, ['-e', script, url], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [text] = (await once(child.stdout, 'data')) as [Buffer]
  await once(child, 'exit')
  const { answers, cpuMs } = JSON.parse(text.toString()) as { answers: number; cpuMs: number }
  return {
    answers,
    'rate error, %': (answers / (ratePerSecond * 10) - 1) * 100,
    'CPU per request, µs': (cpuMs * 1000) / answers,
  }
}
