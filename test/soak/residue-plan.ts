// What one trial of residue does, decided by its number alone: which fault, by whom, who is killed, and when.

import { fractionAt } from '../../src/load/chance.ts'

export type Victim = 'cli' | 'proxy' | 'agent' | 'guard'

export interface ResidueTrial {
  number: number
  /** `command`: the agent keeps the lease. `experiment`: what it set ends with the process that set it. */
  by: 'command' | 'experiment'
  fault: TriedFault
  /** In the order in which they are killed. */
  victims: Victim[]
  /** What `momentMs` counts from: the start of the command, or the fault, so that many are killed amid it. */
  from: 'start' | 'fault'
  momentMs: number
  /** Between one victim and the next. */
  gapMs: number
  /** How far the next msvc, which cleans up, comes before it is killed as well; undefined: it lives. */
  nextDiesMs: number | undefined
}

export interface TriedFault {
  kind: string
  target: string
  params: Record<string, string | number>
}

export const leaseMs = 700
/** The steady state of an experiment takes so long. */
export const firstFaultMs = 1000

const onService = (kind: string, params: TriedFault['params'] = {}): TriedFault => ({
  kind,
  target: 'order',
  params,
})
const onEdge = (kind: string, params: TriedFault['params'] = {}): TriedFault => ({
  kind,
  target: 'client:gateway',
  params,
})

export const triedFaults: TriedFault[] = [
  onService('pause'),
  onService('kill'),
  onService('restart-loop', { up: '0ms', down: '0ms' }),
  onService('cpu', { percent: 20 }),
  onService('memory', { mb: 16 }),
  onService('block', { stall: '100ms', every: '200ms' }),
  onEdge('latency', { latency: '150ms' }),
  onEdge('bandwidth', { rate: '1KB/s' }),
  onEdge('loss', { rate: '50%' }),
  onEdge('partition', { how: 'blackhole' }),
  onEdge('partition', { how: 'refuse' }),
  onEdge('reset'),
  onEdge('slow-close', { delay: '300ms' }),
  onEdge('timeout', { after: '50ms' }),
  onEdge('limit', { bytes: '100B' }),
  onEdge('slice', { size: '20B', delay: '1ms' }),
  onEdge('http', { status: 503 }),
]

const allVictims: Victim[] = ['cli', 'proxy', 'agent', 'guard']

/** Every fault comes in turn; the rest is chance of the number. */
export function residueTrial(number: number): ResidueTrial {
  const chance = (k: number): number => fractionAt(number, k)
  const by = chance(1) < 0.25 ? 'experiment' : 'command'
  const from = chance(8) < 0.5 ? 'start' : 'fault'
  const set = 1 + Math.floor(chance(2) * 15)
  const victims = allVictims
    .filter((_, bit) => (set & (1 << bit)) !== 0)
    .toSorted((a, b) => chance(10 + allVictims.indexOf(a)) - chance(10 + allVictims.indexOf(b)))
  return {
    number,
    by,
    fault: triedFaults[number % triedFaults.length]!,
    victims,
    from,
    momentMs: Math.round(chance(3) * (from === 'fault' ? leaseMs * 1.3 : by === 'command' ? 500 : 1800)),
    gapMs: chance(4) < 0.6 ? 0 : Math.round(chance(5) * 60),
    nextDiesMs: chance(6) < 0.3 ? Math.round(chance(7) * 200) : undefined,
  }
}

export const describeTrial = ({
  number,
  by,
  fault,
  victims,
  from,
  momentMs,
  nextDiesMs,
}: ResidueTrial): string =>
  `${number}: ${fault.kind} ${Object.values(fault.params).join(' ')} by ${by}, ` +
  `${victims.join(' + ')}${nextDiesMs === undefined ? '' : ' + next msvc'} killed ${momentMs} ms after its ${from === 'fault' ? 'fault' : 'start'}`
