// All kinds of toxics. A new one is a file in toxics/ and a line here.

import type { ToxicKind } from './toxic.ts'
import { bandwidth } from './toxics/bandwidth.ts'
import { http } from './toxics/http.ts'
import { latency } from './toxics/latency.ts'
import { limitData } from './toxics/limit-data.ts'
import { noop } from './toxics/noop.ts'
import { packetLoss } from './toxics/packet-loss.ts'
import { resetPeer } from './toxics/reset-peer.ts'
import { slicer } from './toxics/slicer.ts'
import { slowClose } from './toxics/slow-close.ts'
import { timeout } from './toxics/timeout.ts'

export const toxicKinds: ReadonlyMap<string, ToxicKind> = new Map(
  [latency, bandwidth, slowClose, timeout, resetPeer, slicer, limitData, noop, packetLoss, http].map(
    (kind) => [kind.type, kind],
  ),
)
