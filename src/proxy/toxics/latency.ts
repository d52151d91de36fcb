// latency: every byte is `latency` ± `jitter` milliseconds late, one way; the order stays.
//
// The end of a connection is not delayed (that is slow_close), but stays behind the data.

import { milliseconds, numberOf } from '../attributes.ts'
import { largeBuffer, pass, type ToxicKind } from '../toxic.ts'

export const latency: ToxicKind = {
  type: 'latency',
  attributes: [milliseconds('latency'), milliseconds('jitter')],
  bufferBytes: largeBuffer,
  stage(attributes, { chance }) {
    const latencyMs = numberOf(attributes, 'latency')
    const jitterMs = numberOf(attributes, 'jitter')
    const delayMs = (): number =>
      jitterMs === 0 ? latencyMs : Math.max(0, latencyMs + (chance() * 2 - 1) * jitterMs)
    return {
      take: (item, nowMs) => [pass(item, item.kind === 'end' ? nowMs : nowMs + delayMs())],
    }
  },
}
