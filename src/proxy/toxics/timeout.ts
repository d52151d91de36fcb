// timeout: no byte passes, and the connection is closed after `timeout` milliseconds; 0 never closes it.
//
// The time counts from the moment the connection got the toxic. In Toxiproxy each chunk starts it anew,
// so that a busy connection never times out. What was swallowed is lost: without the toxic the
// connection cannot go on, so taking it out closes the connection. A side that ends is let go at once, or
// callers that gave up would pile up as open sockets for as long as the toxic lasts.

import { milliseconds, numberOf } from '../attributes.ts'
import { smallBuffer, type Step, type ToxicKind } from '../toxic.ts'

export const timeout: ToxicKind = {
  type: 'timeout',
  attributes: [milliseconds('timeout')],
  bufferBytes: smallBuffer,
  closesWhenRemoved: true,
  stage(attributes, { startMs, isCompat }) {
    const timeoutMs = numberOf(attributes, 'timeout')
    const closeAfter = (fromMs: number): Step[] =>
      timeoutMs === 0 ? [] : [{ kind: 'close', dueMs: fromMs + timeoutMs }]
    return {
      start: () => closeAfter(startMs),
      take(item, nowMs) {
        if (item.kind === 'end') return [{ kind: 'forget' }, { kind: 'close', dueMs: nowMs }]
        return isCompat ? [{ kind: 'forget' }, ...closeAfter(nowMs)] : []
      },
    }
  },
}
