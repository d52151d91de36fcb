// packet_loss, emulated: a proxy sees no packets, and TCP never loses a byte of a stream. What an
// application feels of a lost packet is the wait until it is sent again, so that is what this does.
//
// Each 1,460 bytes count as a packet and are lost with `loss_rate`; a loss holds the stream for a
// retransmission timeout (200 ms, doubled when the packet is lost again, 3.2 s at most). After a loss,
// the next packet is lost with loss_rate + correlation × (1 - loss_rate): losses come in bursts.

import { fraction, numberOf } from '../attributes.ts'
import { largeBuffer, pass, type Step, type ToxicKind } from '../toxic.ts'

const packetBytes = 1460
const firstWaitMs = 200
const longestWaitMs = 3200

export const packetLoss: ToxicKind = {
  type: 'packet_loss',
  attributes: [fraction('loss_rate', 0.1), fraction('correlation', 0)],
  bufferBytes: largeBuffer,
  stage(attributes, { chance }) {
    const rate = numberOf(attributes, 'loss_rate')
    const correlation = numberOf(attributes, 'correlation')
    let wasLost = false
    let losses = 0
    const isLost = (): boolean => {
      wasLost = chance() < (wasLost ? rate + correlation * (1 - rate) : rate)
      if (wasLost) losses++
      return wasLost
    }
    const stallMs = (): number => {
      let total = 0
      // A line that loses everything still gets a retransmission through in the end; it is not a partition.
      for (let wait = firstWaitMs; wait <= longestWaitMs && isLost(); wait *= 2) total += wait
      return total
    }
    let freeAtMs = 0
    return {
      broken: () => losses,
      take(item, nowMs) {
        freeAtMs = Math.max(nowMs, freeAtMs)
        if (item.kind === 'end') return [pass(item, freeAtMs)]
        const steps: Step[] = []
        const { bytes } = item
        let start = 0
        for (let packet = 0; packet < bytes.length; packet += packetBytes) {
          const stall = stallMs()
          if (stall === 0) continue
          if (packet > start) {
            steps.push(pass({ kind: 'data', bytes: bytes.subarray(start, packet) }, freeAtMs))
          }
          start = packet
          freeAtMs += stall
        }
        return [...steps, pass({ kind: 'data', bytes: bytes.subarray(start) }, freeAtMs)]
      },
    }
  },
}
