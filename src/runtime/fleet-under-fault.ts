// What chaos may do to the fleet, said with the supervisor's words.

import type { EdgesUnderFault, FleetUnderFault } from '../chaos/fault.ts'
import type { ProcessesUnderFault } from '../chaos/processes-under-fault.ts'
import type { Supervisor } from '../fleet/supervisor.ts'
import type { Processes } from '../ports.ts'

export const fleetUnderFault = (
  supervisor: Supervisor,
  {
    signals,
    processes,
    edges,
  }: {
    signals: Pick<Processes, 'signalGroup'>
    processes: ProcessesUnderFault
    edges: EdgesUnderFault | undefined
  },
): FleetUnderFault => ({
  processes,
  ...(edges && { edges }),
  whyDown(service) {
    const status = supervisor.status().find(({ name }) => name === service)
    if (status === undefined) return `${service} is not of this fleet`
    if (status.pid !== null && status.state !== 'stopping') return undefined
    return `${service} is ${status.state}${status.detail === null ? '' : ` (${status.detail})`}`
  },
  hold: (service, faultId) => supervisor.hold(service, faultId),
  signal: (process, signal) => signals.signalGroup(process, signal),
  async release(service, signal) {
    supervisor.release(service)
    const { state, detail } = await supervisor.until(
      service,
      (status) => status.state === 'ready' || status.state === 'crash-looped' || status.state === 'stopped',
      signal,
    )
    if (state !== 'ready') throw new Error(`${service} is ${state}${detail === null ? '' : `: ${detail}`}`)
  },
})
