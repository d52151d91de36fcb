// slow_close: the end of the connection is told `delay` milliseconds late; data is not.

import { milliseconds, numberOf } from '../attributes.ts'
import { largeBuffer, pass, type ToxicKind } from '../toxic.ts'

export const slowClose: ToxicKind = {
  type: 'slow_close',
  attributes: [milliseconds('delay')],
  bufferBytes: largeBuffer,
  stage(attributes) {
    const delayMs = numberOf(attributes, 'delay')
    let ends = 0
    return {
      broken: () => ends,
      take(item, nowMs) {
        if (item.kind === 'data') return [pass(item, nowMs)]
        ends++
        return [pass(item, nowMs + delayMs)]
      },
    }
  },
}
