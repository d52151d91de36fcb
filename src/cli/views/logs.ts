// A line that a service wrote → a line for people. pino's JSON becomes time, level, message and the
// fields that matter; whatever else a service writes stays as it is.

import chalk from 'chalk'
import type { SystemEvent } from '../../events.ts'
import type { LogLine } from '../../system/agent-api.ts'
import { describeEvent } from './chaos.ts'

const prefixColours = [chalk.cyan, chalk.magenta, chalk.blue, chalk.yellow, chalk.green, chalk.redBright]
/** By pino's numbers and by the labels that our templates write. */
const levels: Record<string, string> = {
  ...levelOf(10, 'trace', chalk.dim),
  ...levelOf(20, 'debug', chalk.dim),
  ...levelOf(30, 'info', chalk.green),
  ...levelOf(40, 'warn', chalk.yellow),
  ...levelOf(50, 'error', chalk.red),
  ...levelOf(60, 'fatal', chalk.bgRed),
}
/** Said by the prefix already, or of no use to a reader. */
const boring = new Set([
  'level',
  'time',
  'msg',
  'pid',
  'hostname',
  'name',
  'service',
  'span_id',
  'trace_flags',
  'v',
])
const maximumValue = 80

/** A view with prefixes of one width; services keep their colours. */
export function logView(services: readonly string[]): (line: LogLine) => string {
  const width = Math.max(0, ...services.map((name) => name.length))
  return (line) => {
    const index = Math.max(0, services.indexOf(line.service))
    const colour = prefixColours[index % prefixColours.length] ?? chalk.cyan
    return `${colour(line.service.padEnd(width))} ${chalk.dim('│')} ${messageOf(line)}`
  }
}

/** What happens to the services, between their lines and as wide. */
export function newsView(services: readonly string[]): (event: SystemEvent) => string {
  const width = Math.max(0, ...services.map((name) => name.length))
  return (event) =>
    `${chalk.bold('msvc'.padEnd(width))} ${chalk.dim('│')} ${chalk.dim(timeOf(event.at))} ${describeEvent(event)}`
}

function messageOf({ line, stream, at }: LogLine): string {
  const record = parseRecord(line)
  if (record === undefined) {
    return `${chalk.dim(timeOf(at))} ${stream === 'stderr' ? chalk.red(line) : line}`
  }
  const fields = Object.entries(record)
    .filter(([name]) => !boring.has(name))
    .map(([name, value]) => `${chalk.dim(`${name}=`)}${brief(name, value)}`)
  const level = levels[String(record['level'])] ?? ''
  const message = typeof record['msg'] === 'string' ? record['msg'] : ''
  return [chalk.dim(timeOf(Number(record['time']))), level, message, ...fields].filter(Boolean).join(' ')
}

function levelOf(number: number, label: string, colour: (text: string) => string): Record<string, string> {
  const shown = colour(label.toUpperCase().padEnd(5))
  return { [number]: shown, [label]: shown }
}

function parseRecord(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    const record = JSON.parse(line) as Record<string, unknown>
    return String(record['level']) in levels && typeof record['time'] === 'number' ? record : undefined
  } catch {
    return undefined // a line that only looks like JSON
  }
}

// Time of day, in UTC as in the files.
function timeOf(at: number): string {
  const ms = Math.round(at) % 86_400_000
  const [hours, minutes, seconds] = [ms / 3_600_000, (ms / 60_000) % 60, (ms / 1000) % 60].map((part) =>
    String(Math.floor(part)).padStart(2, '0'),
  )
  return `${hours}:${minutes}:${seconds}.${String(ms % 1000).padStart(3, '0')}`
}

function brief(name: string, value: unknown): string {
  const { message, type } = (name === 'err' && value !== null ? value : {}) as Record<string, unknown>
  if (typeof message === 'string')
    return chalk.red(`${typeof type === 'string' ? type : 'Error'}: ${message}`)
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  if (name === 'trace_id') return text.slice(0, 8)
  return text.length <= maximumValue ? text : `${text.slice(0, maximumValue)}…`
}
