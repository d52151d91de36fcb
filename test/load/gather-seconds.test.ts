import { expect, test } from 'vitest'
import type { LoadInterval } from '../../src/events.ts'
import { decode, encode } from '../../src/load/encoded-histogram.ts'
import { createHistogram, percentiles, recordMs } from '../../src/load/histogram.ts'
import type { SecondBooks } from '../../src/load/intervals.ts'
import { gatherSeconds } from '../../src/load/gather-seconds.ts'
import { intervalOf } from '../../src/load/interval-of-parts.ts'

function second(number: number, responsesMs: number[], failed = 0): SecondBooks {
  const histogram = createHistogram()
  for (const ms of responsesMs) recordMs(histogram, ms)
  const outcomes = { ok: responsesMs.length, ...(failed > 0 && { timeout: failed }) }
  const encoded = encode(histogram)
  return {
    second: number,
    scheduled: responsesMs.length + failed,
    outcomes,
    requests: { a: outcomes },
    response: encoded,
    service: encoded,
    lag: encoded,
  }
}

test('a second is told once, when no worker can add to it any more, with the percentiles of all', () => {
  const told: LoadInterval[] = []
  const merger = gatherSeconds(2, (parts) => told.push(intervalOf(parts)))
  merger.add(0, second(0, [1, 1, 1]))
  merger.add(0, second(1, [1]))
  expect(told).toEqual([])
  // The other worker has no arrival in second 0 and is late in second 1.
  merger.add(1, second(1, [100, 100], 1))
  expect(told.map((interval) => [interval.second, interval.scheduled])).toEqual([
    [0, 3],
    [1, 4],
  ])
  expect(told[1]).toMatchObject({
    outcomes: { ok: 3, timeout: 1 },
    requests: { a: { ok: 3, timeout: 1 } },
    responseMs: { p50: 100, max: 100 },
  })
  merger.add(1, second(2, [5]))
  merger.end(1)
  expect(told).toHaveLength(2)
  merger.end(0)
  expect(told.map((interval) => interval.second)).toEqual([0, 1, 2])
})

test('response times of single requests are merged, where they were asked for', () => {
  const told: LoadInterval[] = []
  const merger = gatherSeconds(2, (parts) => told.push(intervalOf(parts)))
  const [one, other] = [second(0, [1, 1, 1]), second(0, [100])]
  merger.add(0, { ...one, perRequest: { a: one.response } })
  merger.add(1, { ...other, perRequest: { a: other.response, b: other.response } })
  merger.end(0)
  merger.end(1)
  const percentilesOf = (name: string) => percentiles(decode(told[0]!.requestHistograms![name]!))
  expect(percentilesOf('a')).toMatchObject({ p50: 1, max: 100 })
  expect(percentilesOf('b')).toMatchObject({ p50: 100, max: 100 })
})
