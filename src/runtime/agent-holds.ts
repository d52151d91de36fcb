// Faults that end with whoever asked for them: a client keeps a stream open, and sets faults under it. When
// the stream ends, for whatever reason, so do they; their leases would end them later.
//
//   GET /holds ─▶ its id, then silence ┄┄┄┄┄┄ hung up, killed ─▶ every fault set under it is healed
//   POST /faults?held-by=<id>
//
// Experiments are who does so, one at a time: what another one breaks, or a hand, would be blamed on its faults.

import type { AgentReply } from '../adapters/agent-server.ts'
import type { FaultDesk } from '../chaos/fault-desk.ts'
import { errors } from '../errors.ts'
import type { Clock } from '../ports.ts'
import type { FaultStatus } from '../system/agent-api.ts'
import type { FaultRequest } from '../system/fault-declaration.ts'

export interface Holds {
  /** @throws UserError experiment-under-way, while there is another one */
  stream(): Promise<AgentReply>
  /** Resolves when nobody holds; who has just hung up is waited for. @throws UserError experiment-under-way */
  untilFree(): Promise<void>
  /** Throws a UserError when there is no such hold (any more). */
  request(heldBy: string, fault: FaultRequest): Promise<FaultStatus>
}

/** The end of a stream is heard a moment after it was hung up. */
const goodbyeMs = 500

export function openHolds(desk: FaultDesk, clock: Clock): Holds {
  /** The faults of each hold that is open. */
  const open = new Map<string, Set<string>>()
  const last = { id: 0 }

  async function untilFree(): Promise<void> {
    const deadline = clock.monotonicMs() + goodbyeMs
    while (open.size > 0 && clock.monotonicMs() < deadline) await clock.sleep(10)
    if (open.size > 0) throw errors.experimentUnderWay()
  }

  return {
    untilFree,
    async stream() {
      await untilFree()
      last.id += 1
      const id = `h${last.id}`
      const held = new Set<string>()
      open.set(id, held)
      return {
        kind: 'stream',
        contentType: 'text/plain',
        async run(sink) {
          sink.write(`${id}\n`)
          while (!sink.closed.aborted) {
            await clock.sleep(3_600_000, sink.closed).catch(() => {}) // closed: the loop ends
          }
          open.delete(id)
          await Promise.all([...held].map((fault) => desk.heal(fault, 'holder')))
        },
      }
    },
    async request(heldBy, fault) {
      const held = open.get(heldBy)
      if (held === undefined) throw errors.badValue('held-by', heldBy, 'the id of a hold that is open')
      const status = await desk.request(fault)
      held.add(status.id)
      // It may have hung up while the fault was set.
      return open.has(heldBy) ? status : desk.heal(status.id, 'holder')
    },
  }
}
