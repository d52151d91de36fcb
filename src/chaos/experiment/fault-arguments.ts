// A planned fault as one would type it: what follows `msvc`.

import { formatDuration } from '../../system/duration.ts'
import type { FaultDeclaration } from '../../system/fault-declaration.ts'
import { formatParameter, type Parameter } from '../../system/parameters.ts'
import type { PlannedFault } from './experiment.ts'

/** @param declaration of the fault's kind */
export function faultArguments(declaration: FaultDeclaration, fault: PlannedFault): string[] {
  const { kind, target, forMs, options } = fault
  const { percent, direction, seed, params = {} } = options
  return [
    'chaos',
    kind,
    target,
    '--for',
    formatDuration(forMs),
    ...declaration.params.flatMap((parameter) => flagOf(parameter, params[parameter.name])),
    ...(percent === undefined ? [] : ['--percent', String(percent)]),
    ...(direction === undefined ? [] : ['--direction', direction]),
    ...(seed === undefined ? [] : ['--seed', String(seed)]),
  ]
}

function flagOf(parameter: Parameter, value: unknown): string[] {
  const { name } = parameter
  switch (typeof value) {
    case 'boolean':
      return value ? [`--${name}`] : []
    case 'string':
      return [`--${name}`, value]
    case 'number':
      return [`--${name}`, typed(parameter, value)]
    default:
      return []
  }
}

/** Sizes to the byte: what is shown to people is rounded. */
function typed(parameter: Parameter, value: number): string {
  if (parameter.unit === 'bytes') return `${value}B`
  return parameter.unit === 'rate' ? `${value}B/s` : formatParameter(parameter, value)
}
