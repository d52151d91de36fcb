// cpu: a noisy neighbour. A burner of ours takes a share of one core (or of several) from the whole machine,
// and so from the service, as far as that needs it.
//
//   needs  a running service, as many cores
//   apply  one burner a core, in a process group that the guard knows
//   bite   the CPU time that the kernel counted for the burners
//   undo   KILL the burners; done when they are gone and /readyz answers. They end by themselves when their time
//          is over or the agent is gone

import { errors } from '../../errors.ts'
import type { Clock } from '../../ports.ts'
import type { FaultKind, FleetUnderFault } from '../fault.ts'
import type { Burner } from '../processes-under-fault.ts'
import { requireRunning, untilReady } from '../see.ts'

const windowMs = 500
const windows = 4
/** Of a core: less than that is no neighbour to be heard. */
const leastShare = 0.05

export const cpu: FaultKind = {
  kind: 'cpu',
  target: 'service',
  summary: 'Take CPU time from a service: a noisy neighbour on the same machine.',
  description:
    'The burner is a process of msvc. It takes its share from the whole machine, so on a machine with idle ' +
    'cores burn as many as there are.',
  examples: ['payment', 'payment --percent 90 --cores 2 --for 30s'],
  defaultLeaseMs: 60_000,
  params: [
    { name: 'percent', unit: 'percent', min: 1, max: 100, default: 80, help: 'share of each core' },
    { name: 'cores', unit: 'count', min: 1, max: 256, default: 1, help: 'how many cores' },
  ],
  claims: (service) => [`burner beside ${service}`],

  prepare(order) {
    const { target, params, leaseMs, fleet, clock } = order
    requireRunning('cpu', target, fleet)
    const cores = Number(params['cores'])
    const cpuPercent = Number(params['percent'])
    const there = fleet.processes.spare().cores
    if (cores > there) throw errors.badValue('cores', String(cores), `up to ${there}: so many there are`)
    const burners: Burner[] = []
    const began: Usage = { atMs: clock.monotonicMs(), cpuMs: 0 }
    return {
      async apply() {
        for (let core = 0; core < cores; core += 1) {
          burners.push(fleet.processes.burn({ cpuPercent, forMs: leaseMs }))
        }
        return {
          pids: burners.map(({ pid }) => pid),
          async bite(signal) {
            const share = await shareTaken(
              { fleet, clock, burners, enough: (cores * cpuPercent) / 200 },
              signal,
            )
            if (share < leastShare) throw new Error(`the burner got ${percentText(share)} of a core`)
            return `${pidText(burners)} used ${percentText(share)} of one core over ${windowMs} ms`
          },
        }
      },
      async undo(signal) {
        const share = shareOf(began, usageOf({ fleet, clock, burners }))
        await Promise.all(burners.map((burner) => burner.end()))
        await untilReady(order, signal)
        return burners.length === 0 ? undefined : `used ${percentText(share)} of one core in all`
      },
    }
  },
}

interface Usage {
  atMs: number
  cpuMs: number
}

interface Burning {
  fleet: FleetUnderFault
  clock: Clock
  burners: readonly Burner[]
}

/** Of one core, over a window: the first that is enough, else the last. */
async function shareTaken(
  { enough, ...burning }: Burning & { enough: number },
  signal: AbortSignal,
): Promise<number> {
  let share = 0
  for (let turn = 0; turn < windows && share < enough; turn += 1) {
    const before = usageOf(burning)
    await burning.clock.sleep(windowMs, signal)
    share = shareOf(before, usageOf(burning))
  }
  return share
}

const usageOf = ({ fleet, clock, burners }: Burning): Usage => ({
  atMs: clock.monotonicMs(),
  cpuMs: burners.reduce((sum, burner) => sum + (fleet.processes.look(burner)?.cpuMs ?? 0), 0),
})

const shareOf = (before: Usage, after: Usage): number =>
  Math.max(0, after.cpuMs - before.cpuMs) / Math.max(1, after.atMs - before.atMs)

const percentText = (share: number): string => `${Math.round(share * 100)} %`
const pidText = (burners: readonly Burner[]): string =>
  `${burners.length === 1 ? 'burner pid' : 'burners pid'} ${burners.map(({ pid }) => pid).join(', ')}`
