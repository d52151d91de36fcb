// `load:` of a scenario, in the words of k6 → a schedule.

import { errors } from '../errors.ts'
import { parseDuration } from '../system/duration.ts'
import type { YamlFile } from '../system/yaml-file.ts'
import { repeatedStage } from './phases.ts'
import type { LoadFile } from './scenario-schema.ts'
import type { ScheduleShape } from './schedule.ts'

const defaultSeed = 1

/** Throws `file-invalid` when the executor lacks what it needs. */
export function scheduleInFile(load: LoadFile, yaml: YamlFile<unknown>): ScheduleShape {
  const { executor, rate, duration, startRate = 0, stages, timeUnit = '1s' } = load
  if (parseDuration(timeUnit) === 0) throw zero('timeUnit')
  const perSecond = (count: number): number => (count * 1000) / parseDuration(timeUnit)
  const arrivals = load.arrivals === 'poisson' ? poisson : even
  const strange = ofOther[executor].find((name) => load[name] !== undefined)
  if (strange !== undefined) throw unheeded(strange)
  if (executor === 'constant-arrival-rate') {
    if (rate === undefined || duration === undefined) throw lacking('rate and duration')
    const durationMs = parseDuration(duration)
    if (rate === 0) throw zero('rate')
    if (durationMs === 0) throw zero('duration')
    return { kind: 'rate', rate: { kind: 'constant', ratePerSecond: perSecond(rate), durationMs }, arrivals }
  }
  if (stages === undefined) throw lacking('stages')
  const linear = stages.map((stage) => ({
    target: perSecond(stage.target),
    durationMs: parseDuration(stage.duration),
    ...(stage.name !== undefined && { name: stage.name }),
  }))
  const repeated = repeatedStage(linear)
  if (repeated !== null) {
    const place = yaml.placeOf(['load', 'stages', repeated.index])
    throw errors.fileInvalid(place, `two stages are called ${repeated.name}.`, 'Give each a name of its own.')
  }
  return { kind: 'rate', rate: { kind: 'stages', startRate: perSecond(startRate), stages: linear }, arrivals }

  function zero(name: 'rate' | 'duration' | 'timeUnit') {
    const place = yaml.placeOf(['load', name])
    return errors.fileInvalid(
      place,
      `load.${name} is 0; it must be above 0.`,
      'Such as rate: 50, duration: 20s.',
    )
  }

  function unheeded(name: keyof LoadFile) {
    return errors.fileInvalid(
      yaml.placeOf(['load', name], { key: true }),
      `${executor} does not heed ${name}.`,
      'Leave it out, or name the other executor.',
    )
  }

  function lacking(what: string) {
    return errors.fileInvalid(
      yaml.placeOf(['load', 'executor']),
      `${executor} needs ${what}.`,
      'Add it, or give the schedule on the command line: --rps 500 --duration 20s.',
    )
  }
}

/** What belongs to the other executor. */
const ofOther: Record<LoadFile['executor'], readonly (keyof LoadFile)[]> = {
  'constant-arrival-rate': ['startRate', 'stages'],
  'ramping-arrival-rate': ['rate', 'duration'],
}

const even = { kind: 'even' } as const
const poisson = { kind: 'poisson', seed: defaultSeed } as const
