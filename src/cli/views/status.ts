// The fleet as it is: data → text.

import chalk from 'chalk'
import {
  isOpenFault,
  type EdgeStatus,
  type FleetStatus,
  type ServiceState,
  type ServiceStatus,
} from '../../system/agent-api.ts'
import { formatDuration } from '../../system/duration.ts'
import { faultRows } from './chaos.ts'
import { table } from './table.ts'

/** @param now epoch ms */
export function statusView(status: FleetStatus, now: number): string {
  const { system, services, edges, faults, halted, proxy } = status
  const open = faults.filter(isOpenFault)
  const down = new Set(services.filter(({ pid }) => pid === null).map(({ name }) => name))
  return [
    `${chalk.bold(system.name)} ${chalk.dim(`runs in ${system.root}`)}`,
    '',
    ...table([
      ['SERVICE', 'STATE', 'PID', 'URL', 'RESTARTS', 'FOR'].map((title) => chalk.dim(title)),
      ...services.map((service) => serviceRow(service, now)),
    ]),
    ...(edges.length > 0
      ? [
          '',
          ...table([
            ['EDGE', 'BREAKER', ''].map((title) => chalk.dim(title)),
            ...edgesShown(status).map((edge) => edgeRow(edge, now, down)),
          ]),
        ]
      : []),
    ...(open.length > 0 ? ['', ...table(faultRows(open, now))] : []),
    ...(proxy === null ? ['', chalk.dim('The edges have no proxies (--direct): none can be broken.')] : []),
    ...(proxy?.toxiproxy === undefined
      ? []
      : ['', chalk.dim(`Faults on edges are made by the Toxiproxy server at ${proxy.toxiproxy}.`)]),
    ...(halted
      ? ['', chalk.yellow('Faults are halted; allow them again with `msvc chaos halt --lift`.')]
      : []),
  ].join('\n')
}

/** After `msvc up -d`. */
export function upView(status: FleetStatus, now: number): string {
  const entry = status.services.find(({ name }) => name === status.system.entry)
  const target = status.services.at(-1)?.name ?? ''
  const next = [
    ['msvc load --rps 500 --duration 20s', 'load it'],
    [`msvc chaos kill ${worthKilling(status) ?? target}`, 'break it'],
    ['msvc logs -f', 'read along'],
    ['msvc down', 'end it'],
  ].map(([command = '', what = '']) => [`  ${chalk.cyan(command)}`, chalk.dim(what)])
  return [
    statusView(status, now),
    '',
    `Entry: ${chalk.underline(entry?.url ?? '')}`,
    'Next:',
    ...table(next),
  ].join('\n')
}

/** Services that were added to msvc.yaml while the fleet ran. */
export const missingView = (services: readonly string[]): string =>
  chalk.yellow(
    `Not started: ${services.join(', ')}, added to msvc.yaml since. ` +
      'End the fleet with `msvc down`, then start it again with `msvc up -d`.',
  )

/** Of the ways in from outside, only the one that the traffic takes, and first. */
const edgesShown = ({ edges, system }: FleetStatus): EdgeStatus[] => [
  ...edges.filter(({ kind, name }) => kind === 'client' && name.endsWith(`:${system.entry}`)),
  ...edges.filter(({ kind }) => kind !== 'client'),
]

/**
 * A service that others call; best one behind the entry's own callees, because then it shows whether the
 * failure stays contained.
 */
function worthKilling({ edges, system }: FleetStatus): string | undefined {
  const calls = edges.filter(({ kind }) => kind === 'call').map(({ name }) => name.split(':'))
  const [, callee] = calls.find(([caller]) => caller !== system.entry) ?? calls.at(-1) ?? []
  return callee
}

const colours: Record<ServiceState, (text: string) => string> = {
  starting: chalk.yellow,
  ready: chalk.green,
  unready: chalk.yellow,
  stopping: chalk.yellow,
  stopped: chalk.dim,
  'backing-off': chalk.yellow,
  'crash-looped': chalk.red,
  held: chalk.magenta,
}

function serviceRow(service: ServiceStatus, now: number): string[] {
  const { name, state, pid, url, restarts, since, detail } = service
  return [
    name,
    colours[state](state),
    pid === null ? '-' : String(pid),
    url,
    String(restarts),
    roughly(now - since),
    detail === null ? '' : chalk.dim(detail),
  ]
}

/** A breaker is the caller's: while the caller is down there is none, which says nothing about its code. */
function edgeRow({ name, kind, breaker }: EdgeStatus, now: number, down: ReadonlySet<string>): string[] {
  const arrow = name.replace(':', kind === 'follow' ? ' ⇢ ' : ' → ')
  const [caller = ''] = name.split(':')
  if (breaker === null) return [arrow, chalk.dim(down.has(caller) ? `- (${caller} is down)` : 'none')]
  const { state, since, failureRate, calls } = breaker
  const shown = state.replace('_', '-')
  return [
    arrow,
    state === 'closed' ? chalk.green(shown) : state === 'open' ? chalk.red(shown) : chalk.yellow(shown),
    chalk.dim(`for ${roughly(now - since)}, ${Math.round(failureRate * 100)} % of ${calls} calls failed`),
  ]
}

/** "12s", "3m", "2h5m": the two largest units. */
export function roughly(ms: number): string {
  const whole = Math.max(0, Math.round(ms / 1000)) * 1000
  if (whole === 0) return '0s'
  return formatDuration(whole >= 3_600_000 ? whole - (whole % 60_000) : whole)
}
