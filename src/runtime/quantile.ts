// A percentile over several seconds of load, for who has their encoded histograms only.

import { together } from '../load/encoded-histogram.ts'
import { quantileMs } from '../load/histogram.ts'

/** Remembers what it has computed: a judge asks for the same windows again and again. */
export function quantileReader(): (histograms: readonly string[], fraction: number) => number | null {
  const answers = new Map<string, number | null>()
  return (histograms, fraction) => {
    const key = `${fraction} ${histograms.join(' ')}`
    const known = answers.get(key)
    if (known !== undefined) return known
    const ms = quantileMs(together(histograms), fraction)
    answers.set(key, ms)
    return ms
  }
}
