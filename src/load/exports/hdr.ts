// HdrHistogram's own formats: `.hgrm` (the percentile distribution that plotters read) and `.hlog`
// (one compressed V2 histogram per second, with the faults as comments). Values are microseconds
// inside, milliseconds in what is printed.

import { build, HistogramLogWriter, type Histogram as Hdr } from 'hdr-histogram-js'
import { isOf } from '../../events.ts'
import { decode } from '../encoded-histogram.ts'
import { type Histogram, recordedIn } from '../histogram.ts'
import { type RecordedRun, responsesOf, secondsOf } from './recorded.ts'

const usPerMs = 1000

/** Response times of the whole run, in milliseconds. */
export const hgrmOf = (run: RecordedRun): string =>
  toHdr(responsesOf(run)).outputPercentileDistribution(5, usPerMs)

/** HDR log 1.3: times in seconds since the start, which is in the head; values in µs, maxima in ms. */
export function hlogOf(run: RecordedRun): string {
  const { id, report, events } = run
  let log = ''
  const writer = new HistogramLogWriter((text) => {
    log += text
  })
  writer.outputComment(`[msvc run ${id}: ${report.target}, response times in microseconds]`)
  writer.outputLogFormatVersion()
  writer.outputStartTime(report.startedAt)
  writer.outputLegend()
  const faults = [...events.filter(isOf('fault.applied')), ...events.filter(isOf('fault.healed'))]
    .map(({ at, type, data }) => ({
      atMs: at - report.startedAt,
      text: `${type} ${data.kind} ${data.target}`,
    }))
    .toSorted((one, other) => one.atMs - other.atMs)
  // Also those before the first second, between two with arrivals, and after the last.
  const tellFaultsUntil = (endMs: number): void => {
    const now = faults.filter(({ atMs }) => atMs < endMs).length
    for (const { atMs, text } of faults.splice(0, now))
      writer.outputComment(`[${(atMs / 1000).toFixed(3)} ${text}]`)
  }
  for (const { second, responseHistogram } of secondsOf(run)) {
    tellFaultsUntil((second + 1) * 1000)
    writer.outputIntervalHistogram(toHdr(decode(responseHistogram)), second, second + 1, usPerMs)
  }
  tellFaultsUntil(Number.POSITIVE_INFINITY)
  return log
}

function toHdr(histogram: Histogram): Hdr {
  // Our layout is HdrHistogram's with three digits, so each value falls into the counter it came from.
  const hdr = build({ lowestDiscernibleValue: 1, numberOfSignificantValueDigits: 3, bitBucketSize: 64 })
  for (const { us, times } of recordedIn(histogram)) hdr.recordValueWithCount(us, times)
  return hdr
}
