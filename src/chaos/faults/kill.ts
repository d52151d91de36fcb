// kill: SIGKILL to the service's whole process group, and down it stays until the lease ends.
//
//   apply  hold the service (no restart), KILL the group
//   bite   the process was seen to end by that signal
//   undo   let the supervisor start it again; done when /readyz says so

import { errors } from '../../errors.ts'
import type { FaultKind } from '../fault.ts'

export const kill: FaultKind = {
  kind: 'kill',
  target: 'service',
  summary: 'kill -9 a service; it is down until the lease ends, then it is started again.',
  description:
    'In a terminal it stays and shows what happens: the kill, the breakers, the way back. Ctrl-C brings the\n' +
    'service back early. Otherwise, and with --detach, it returns at once; the agent ends the fault.',
  examples: ['payment', 'payment --for 10s --detach'],
  defaultLeaseMs: 30_000,
  params: [],
  claims: (service) => [`process of ${service}`],

  prepare({ id, target, fleet }) {
    const whyDown = fleet.whyDown(target)
    if (whyDown !== undefined) throw errors.faultTouchesNothing('kill', target, whyDown)
    return {
      async apply() {
        const process = fleet.hold(target, id)
        if (process === undefined || !fleet.signal(process, 'SIGKILL')) {
          throw errors.faultTouchesNothing('kill', target, 'its process had just ended')
        }
        return {
          pids: [process.pid],
          async bite(signal) {
            const exit = await unless(signal, process.exited)
            return `pid ${process.pid} ended by ${exit.signal ?? `exit code ${exit.code}`}`
          },
        }
      },
      undo: (signal) => fleet.release(target, signal),
    }
  },
}

/** The value, or the signal's reason if it aborts first. */
const unless = <T>(signal: AbortSignal, value: Promise<T>): Promise<T> =>
  Promise.race([
    value,
    new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    }),
  ])
