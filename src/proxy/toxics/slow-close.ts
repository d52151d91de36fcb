// slow_close: the end of the connection is told `delay` milliseconds late; data is not.

import { milliseconds, numberOf } from '../attributes.ts'
import { largeBuffer, pass, type ToxicKind } from '../toxic.ts'

export const slowClose: ToxicKind = {
  type: 'slow_close',
  attributes: [milliseconds('delay')],
  bufferBytes: largeBuffer,
  stage(attributes) {
    const delayMs = numberOf(attributes, 'delay')
    return { take: (item, nowMs) => [pass(item, item.kind === 'end' ? nowMs + delayMs : nowMs)] }
  },
}
