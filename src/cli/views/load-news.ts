// What happens to the system while it is loaded: its breakers as they are, and the latest news of faults,
// breakers and services. Events → lines for the live view.

import chalk from 'chalk'
import type { BreakerState, SystemEvent } from '../../events.ts'

/** @param startedAt epoch milliseconds; news are told from then on */
export function newsLines(events: readonly SystemEvent[], startedAt: number, most = 5): string[] {
  const breakers = breakerStates(events)
  const news = events
    .filter(({ at }) => at >= startedAt)
    .flatMap((event) => {
      const text = eventText(event)
      return text === undefined ? [] : [`${seconds(event.at - startedAt)}  ${text}`]
    })
  return [
    ...(breakers.length === 0 ? [] : [`breakers  ${breakers.map(breakerText).join('  ')}`]),
    ...news.slice(-most),
  ]
}

function breakerStates(events: readonly SystemEvent[]): [string, BreakerState][] {
  const states = new Map<string, BreakerState>()
  for (const event of events) {
    if (event.type === 'breaker.transition') states.set(event.subject, event.data.to)
  }
  return [...states].toSorted(([a], [b]) => a.localeCompare(b))
}

const breakerText = ([edge, state]: [string, BreakerState]): string =>
  `${edge.replace(':', ' → ')} ${stateText(state)}`

function stateText(state: BreakerState): string {
  const text = state.replace('_', '-')
  if (state === 'closed') return chalk.green(text)
  return state === 'open' || state === 'forced_open' ? chalk.red(text) : chalk.yellow(text)
}

/** undefined: no news for somebody who watches a load. */
export function eventText(event: SystemEvent): string | undefined {
  switch (event.type) {
    case 'fault.applied':
      return chalk.red(`${event.data.kind} ${event.data.target.replace(':', ' → ')}`)
    case 'fault.healed':
      return chalk.green(`${event.data.kind} ${event.data.target.replace(':', ' → ')} healed`)
    case 'breaker.transition':
      return `${event.subject.replace(':', ' → ')} ${stateText(event.data.to)}  ${chalk.dim(event.data.reason)}`
    case 'service.exited':
      return event.data.expected ? undefined : chalk.red(`${event.subject} exited`)
    case 'service.ready':
      return chalk.green(`${event.subject} ready`)
    default:
      return undefined
  }
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1).padStart(7)}s`
