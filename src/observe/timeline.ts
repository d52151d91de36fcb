// Events → what happened, in order, with milliseconds since the fault that it followed.

import type { SystemEvent } from '../events.ts'

export interface TimelineRow {
  at: number
  /** Since the last fault before it took hold; null before the first one, and for what the run itself says. */
  afterFaultMs: number | null
  tone: 'bad' | 'good' | 'warn' | 'plain'
  subject: string
  what: string
  detail: string
}

/** Single seconds of load are no news; everything else is a row. Events must be in order. */
export function timelineOf(events: readonly SystemEvent[]): TimelineRow[] {
  const rows: TimelineRow[] = []
  let faultAt: number | null = null
  for (const event of events) {
    if (event.type === 'fault.applied') faultAt = event.at
    const told = tell(event)
    if (told === undefined) continue
    const [tone, what, detail] = told
    const afterFaultMs = faultAt === null || isOfTheRun(event) ? null : event.at - faultAt
    rows.push({ at: event.at, afterFaultMs, tone, subject: subjectOf(event), what, detail })
  }
  return rows
}

type Told = [tone: TimelineRow['tone'], what: string, detail: string]

function tell(event: SystemEvent): Told | undefined {
  switch (event.type) {
    case 'service.started':
      return ['plain', 'started', `pid ${event.data.pid}, port ${event.data.port}`]
    case 'service.ready':
      return ['good', 'ready', `${ms(event.data.afterMs)} after its start`]
    case 'service.exited': {
      const { signal, code, expected, pid } = event.data
      const how = signal === null ? `exit code ${code}` : signal
      return [expected ? 'plain' : 'bad', 'exited', `pid ${pid}, ${how}`]
    }
    case 'service.restarted':
      return ['warn', 'restart', `attempt ${event.data.attempt}, ${event.data.reason}`]
    case 'service.crash-looped':
      return ['bad', 'crash loop', `${event.data.exits} exits within ${ms(event.data.withinMs)}`]
    case 'proxy.lost':
      return ['bad', 'proxies lost', event.data.reason]
    case 'breaker.transition': {
      const { from, to, reason } = event.data
      return [breakerTone[to], `breaker ${to.replace('_', '-')}`, reason || `from ${from}`]
    }
    case 'fault.requested':
      return ['plain', `${event.data.kind} requested`, `lease ${ms(event.data.leaseMs)}`]
    case 'fault.applied':
      return ['bad', `${event.data.kind} applied`, event.data.pids.map((pid) => `pid ${pid}`).join(', ')]
    case 'fault.bit':
      return ['bad', `${event.data.kind} bit`, event.data.evidence]
    case 'fault.healed':
      return ['good', `${event.data.kind} healed`, `by ${event.data.by}`]
    case 'fault.failed':
      return ['bad', `${event.data.kind} failed`, event.data.reason]
    case 'run.started':
      return ['plain', 'run started', event.data.title]
    case 'run.ended':
      return ['plain', 'run ended', event.data.verdict]
    case 'probe.result':
      return [event.data.ok ? 'good' : 'bad', event.data.name, event.data.observed]
    case 'expectation.met':
      return ['good', `met: ${event.data.name}`, event.data.observed]
    case 'expectation.missed':
      return ['bad', `missed: ${event.data.name}`, event.data.observed]
    case 'orders.checked': {
      const { acknowledged, paidOnce, lost, paidTwice } = event.data
      const tone = lost + paidTwice === 0 && paidOnce === acknowledged ? 'good' : 'bad'
      return [
        tone,
        'orders checked',
        `${paidOnce} of ${acknowledged} paid once, ${lost} lost, ${paidTwice} paid twice`,
      ]
    }
    case 'load.interval':
      return undefined
  }
}

const breakerTone = {
  closed: 'good',
  open: 'bad',
  half_open: 'warn',
  forced_open: 'bad',
  disabled: 'warn',
} as const

const isOfTheRun = ({ subject }: SystemEvent): boolean => subject.startsWith('run:')

function subjectOf(event: SystemEvent): string {
  if (isOfTheRun(event)) return 'run'
  const subject = 'target' in event.data ? event.data.target : event.subject
  return subject.replace(':', ' → ')
}

const ms = (value: number): string =>
  value < 1000 ? `${Math.round(value)} ms` : `${Number((value / 1000).toFixed(1))} s`
