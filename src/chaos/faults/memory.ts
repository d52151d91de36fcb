// memory: a neighbour that fills the machine's memory up to a limit.
//
//   needs  a running service, and twice as much memory free: the machine is not to be hurt
//   apply  a burner that writes to every page that it takes, in a process group that the guard knows
//   bite   the kernel says that so much of it is in memory
//   undo   KILL the burner; done when it is gone and /readyz answers. It ends by itself when its time is over or
//          the agent is gone

import { errors } from '../../errors.ts'
import type { FaultKind } from '../fault.ts'
import type { Burner } from '../processes-under-fault.ts'
import { requireRunning, untilReady, untilSeen } from '../see.ts'

const megabyte = 1_000_000

export const memory: FaultKind = {
  kind: 'memory',
  target: 'service',
  summary: 'Take memory from a service: a neighbour that fills the same machine, up to a limit.',
  description: 'At most half of what the machine has left is taken.',
  examples: ['payment --mb 512', 'payment --mb 512 --for 30s'],
  defaultLeaseMs: 60_000,
  params: [
    { name: 'mb', unit: 'count', min: 1, max: 65_536, default: 256, help: 'how many megabytes are taken' },
  ],
  claims: (service) => [`memory burner beside ${service}`],

  prepare(order) {
    const { target, params, leaseMs, fleet, clock } = order
    requireRunning('memory', target, fleet)
    const memoryMb = Number(params['mb'])
    const spare = Math.floor(fleet.processes.spare().memoryMb)
    if (memoryMb > spare) {
      throw errors.badValue('mb', String(memoryMb), `up to ${spare}: half of what the machine has left`)
    }
    const burning: { burner?: Burner } = {}
    return {
      async apply() {
        const burner = fleet.processes.burn({ memoryMb, forMs: leaseMs })
        burning.burner = burner
        return {
          pids: [burner.pid],
          async bite(signal) {
            const bytes = await untilSeen({ clock, signal }, () => {
              const resident = fleet.processes.look(burner)?.memoryBytes ?? 0
              return resident >= memoryMb * megabyte ? resident : undefined
            })
            return `burner pid ${burner.pid} has ${Math.round(bytes / megabyte)} MB in memory`
          },
        }
      },
      async undo(signal) {
        await burning.burner?.end()
        await untilReady(order, signal)
      },
    }
  },
}
