// kill: SIGKILL to the service's whole process group, and down it stays until the lease ends.
//
//   apply  hold the service (no restart), KILL the group
//   bite   the process was seen to end by that signal
//   undo   let the supervisor start it again; done when /readyz says so

import type { FaultKind } from '../fault.ts'
import { hadJustEnded, processClaim, requireRunning, unlessAborted } from '../see.ts'

export const kill: FaultKind = {
  kind: 'kill',
  target: 'service',
  summary: 'kill -9 a service; it is down until the lease ends, then it is started again.',
  description:
    'In a terminal it stays and shows what happens: the kill, the breakers, the way back. Ctrl-C brings the ' +
    'service back early. Otherwise, and with --detach, it returns at once; the agent ends the fault.',
  examples: ['payment', 'payment --for 10s --detach'],
  defaultLeaseMs: 30_000,
  params: [],
  claims: (service) => [processClaim(service)],

  prepare({ id, target, fleet }) {
    requireRunning('kill', target, fleet)
    return {
      async apply() {
        const process = fleet.hold(target, id)
        if (process === undefined || !fleet.signal(process, 'SIGKILL')) {
          throw hadJustEnded('kill', target)
        }
        return {
          pids: [process.pid],
          async bite(signal) {
            const exit = await unlessAborted(signal, process.exited)
            return `pid ${process.pid} ended by ${exit.signal ?? `exit code ${exit.code}`}`
          },
        }
      },
      undo: (signal) => fleet.release(target, signal),
    }
  },
}
