// bandwidth: at most `rate` KB (of 1,000 bytes) a second; 0 lets nothing through.
//
// Large chunks go in slices of 100 ms worth, and a slice goes once its own time has passed, so that a
// long answer trickles as it would on a slow line. Time that was not used is not saved up.

import { count, numberOf } from '../attributes.ts'
import { pass, smallBuffer, type Step, type ToxicKind } from '../toxic.ts'

const sliceMs = 100

export const bandwidth: ToxicKind = {
  type: 'bandwidth',
  attributes: [count('rate')],
  bufferBytes: smallBuffer,
  stage(attributes) {
    const bytesPerMs = numberOf(attributes, 'rate') // KB/s = bytes/ms
    let freeAtMs = 0
    return {
      take(item, nowMs) {
        if (item.kind === 'end') return [pass(item, bytesPerMs === 0 ? nowMs : Math.max(nowMs, freeAtMs))]
        if (bytesPerMs === 0) return [pass(item, Infinity)]
        const steps: Step[] = []
        const sliceBytes = bytesPerMs * sliceMs
        for (let start = 0; start < item.bytes.length; start += sliceBytes) {
          const bytes = item.bytes.subarray(start, start + sliceBytes)
          freeAtMs = Math.max(nowMs, freeAtMs) + bytes.length / bytesPerMs
          steps.push(pass({ kind: 'data', bytes }, freeAtMs))
        }
        return steps
      },
    }
  },
}
