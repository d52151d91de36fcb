// reset_peer: both ends get a TCP reset (RST), `timeout` milliseconds after the connection got the toxic.
//
// What is sent until then is swallowed. Connections that were open before get a real RST as well;
// in Toxiproxy they get a FIN, and none before the first byte.

import { milliseconds, numberOf } from '../attributes.ts'
import { smallBuffer, type Step, type ToxicKind } from '../toxic.ts'

export const resetPeer: ToxicKind = {
  type: 'reset_peer',
  attributes: [milliseconds('timeout')],
  bufferBytes: smallBuffer,
  closesWhenRemoved: true,
  stage(attributes, { startMs, isCompat }) {
    const resetAfter = (fromMs: number): Step[] => [
      { kind: 'reset', dueMs: fromMs + numberOf(attributes, 'timeout') },
    ]
    if (isCompat) return { take: (_item, nowMs) => resetAfter(nowMs) }
    return { start: () => resetAfter(startMs), take: () => [] }
  },
}
