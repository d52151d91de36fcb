// Faults that end with whoever asked for them: a client keeps a stream open, and sets faults under it. When
// the stream ends, for whatever reason, so do they; their leases would end them later.
//
//   GET /holds ─▶ its id, then silence ┄┄┄┄┄┄ hung up, killed ─▶ every fault set under it is healed
//   POST /faults?held-by=<id>

import type { AgentReply } from '../adapters/agent-server.ts'
import type { FaultDesk } from '../chaos/fault-desk.ts'
import { errors } from '../errors.ts'
import type { Clock } from '../ports.ts'
import type { FaultStatus } from '../system/agent-api.ts'
import type { FaultRequest } from '../system/fault-declaration.ts'

export interface Holds {
  stream(): AgentReply
  /** Throws a UserError when there is no such hold (any more). */
  request(heldBy: string, fault: FaultRequest): Promise<FaultStatus>
}

export function openHolds(desk: FaultDesk, clock: Clock): Holds {
  /** The faults of each hold that is open. */
  const open = new Map<string, Set<string>>()
  const last = { id: 0 }

  return {
    stream: () => ({
      kind: 'stream',
      contentType: 'text/plain',
      async run(sink) {
        last.id += 1
        const id = `h${last.id}`
        const held = new Set<string>()
        open.set(id, held)
        sink.write(`${id}\n`)
        while (!sink.closed.aborted) {
          await clock.sleep(3_600_000, sink.closed).catch(() => {}) // closed: the loop ends
        }
        open.delete(id)
        await Promise.all([...held].map((fault) => desk.heal(fault, 'holder')))
      },
    }),
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
