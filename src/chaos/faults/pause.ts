// pause: SIGSTOP to the service's whole process group. The kernel still takes connections for it, and nobody
// answers them: the hang that time limits are for.
//
//   needs  a running service
//   apply  hold the service (whatever ends it now, it is not started again), STOP the group
//   bite   the kernel says that it is stopped, and /readyz gives no answer
//   undo   CONT; done when /readyz answers. If the agent dies, the guard sends CONT after its TERM, so that the
//          service ends as gracefully as the others

import type { FaultKind } from '../fault.ts'
import type { RunningProcess } from '../processes-under-fault.ts'
import { hadJustEnded, processClaim, requireRunning, untilReady, untilSeen } from '../see.ts'

/** A service that is well answers a hundred times sooner. */
const silentForMs = 300

export const pause: FaultKind = {
  kind: 'pause',
  target: 'service',
  summary: 'Freeze a service (SIGSTOP): it takes connections and answers nothing, until the lease ends.',
  examples: ['payment', 'payment --for 10s --detach'],
  defaultLeaseMs: 60_000,
  params: [],
  claims: (service) => [processClaim(service)],

  prepare(order) {
    const { id, target, fleet, clock } = order
    requireRunning('pause', target, fleet)
    const held: { process?: RunningProcess } = {}
    return {
      async apply() {
        const process = fleet.hold(target, id)
        if (process === undefined || !fleet.signal(process, 'SIGSTOP')) {
          throw hadJustEnded('pause', target)
        }
        held.process = process
        return {
          pids: [process.pid],
          async bite(signal) {
            await untilSeen({ clock, signal }, () => fleet.processes.look(process)?.isStopped || undefined)
            const { isReady } = await fleet.processes.ask(target, silentForMs)
            if (isReady) throw new Error(`${target} still answers`)
            return `pid ${process.pid} is stopped, and /readyz is silent for ${silentForMs} ms`
          },
        }
      },
      async undo(signal) {
        if (held.process !== undefined) fleet.signal(held.process, 'SIGCONT')
        await fleet.release(target, signal)
        await untilReady(order, signal)
      },
    }
  },
}
