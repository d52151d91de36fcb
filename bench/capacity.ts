// The capacity search against a real server whose limit is known by formula: one place, so many milliseconds
// for each request, Poisson arrivals (M/D/1). How near does it come, and how long does it take?
//
//   npm run bench -- capacity [trials]

import { tmpdir } from 'node:os'
import { findCapacityOf } from '../src/runtime/find-capacity.ts'
import { md1Limit } from '../test/fixtures/targets/md1-limit.ts'
import { startTarget } from '../test/fixtures/targets/start-target.ts'

const serviceMs = 2
const limitMs = 50
const errorBar = 0.05
const longestMs = 90_000

export async function benchCapacity(): Promise<void> {
  const trials = Number(process.argv[3] ?? 10)
  const limit = md1Limit(serviceMs, limitMs)
  console.log(`M/D/1, ${serviceMs} ms each, p99<${limitMs}ms: the limit is ${limit.toFixed(1)} per second`)
  let right = 0
  for (let seed = 1; seed <= trials; seed++) {
    await using target = await startTarget('./md1-server.ts')
    const { result } = await findCapacityOf({
      given: [],
      target: target.url,
      from: tmpdir(),
      scenarioFile: undefined,
      request: { method: 'GET', headers: {}, body: undefined },
      slo: `p99<${limitMs}ms,errors<1%`,
      arrivals: 'poisson',
      lowest: 100,
      highest: 2000,
      precision: 0.03,
      soakMs: 10_000,
      timeoutMs: 10_000,
      connections: undefined,
      seed,
      insecure: false,
      http2: false,
      isOwnTarget: false,
      record: false,
      live: false,
    })
    const error = (result.ratePerSecond ?? 0) / limit - 1
    const isRight = Math.abs(error) <= errorBar && result.tookMs <= longestMs
    right += isRight ? 1 : 0
    console.log(
      `  trial ${seed}: ${result.verdict}, ${result.ratePerSecond ?? 'none'} per second, ${(100 * error).toFixed(1)} %, ${Math.round(result.tookMs / 1000)} s${isRight ? '' : ', MISSED'}`,
    )
  }
  console.log(`within ${100 * errorBar} % in ${longestMs / 1000} s: ${right} of ${trials} (bar: 9 of 10)`)
}
