// slicer: data arrives in pieces of `average_size` ± `size_variation` bytes, `delay` microseconds apart.

import { count, numberOf } from '../attributes.ts'
import { pass, smallBuffer, type Step, type ToxicKind } from '../toxic.ts'

export const slicer: ToxicKind = {
  type: 'slicer',
  attributes: [count('average_size', 0, 1), count('size_variation'), count('delay')],
  bufferBytes: smallBuffer,
  refuse: (attributes) =>
    numberOf(attributes, 'size_variation') > numberOf(attributes, 'average_size')
      ? 'size_variation must be at most average_size'
      : undefined,
  stage(attributes, { chance }) {
    const average = numberOf(attributes, 'average_size')
    const variation = Math.min(numberOf(attributes, 'size_variation'), average)
    const delayMs = numberOf(attributes, 'delay') / 1000
    const size = (): number => Math.max(1, Math.round(average + (chance() * 2 - 1) * variation))
    let freeAtMs = 0
    return {
      take(item, nowMs) {
        freeAtMs = Math.max(nowMs, freeAtMs)
        if (item.kind === 'end') return [pass(item, freeAtMs)]
        const steps: Step[] = []
        for (let start = 0; start < item.bytes.length;) {
          const bytes = item.bytes.subarray(start, start + size())
          steps.push(pass({ kind: 'data', bytes }, freeAtMs))
          start += bytes.length
          freeAtMs += delayMs
        }
        return steps
      },
    }
  },
}
