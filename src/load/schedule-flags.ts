// The schedule as it is typed → its shape.
//
//   --rps 500                                      constant
//   --rps 100 --stages '30s:1000,1m:1000,10s:0'    from 100, linear to each target in its time (0s: a jump)
//   --rps 100 --spike '10s+5s:1000'                from second 10 on, for 5 s, 1000 rps
//   --rps 500 --wave '400/30s'                     500 ± 400 rps, a wave each 30 s
//   --replay times.txt                             recorded times

import { errors } from '../errors.ts'
import { parseDuration } from '../system/duration.ts'
import { repeatedStage } from './phases.ts'
import { type RateShape, spikeStages, type Stage } from './rate-curve.ts'
import type { ScheduleShape, Spacing } from './schedule.ts'

export interface ScheduleFlags {
  ratePerSecond: number | undefined
  durationMs: number
  stages: string | undefined
  spike: string | undefined
  wave: string | undefined
  /** The text of the file with recorded times, one a line. */
  replay: string | undefined
  arrivals: 'even' | 'poisson'
  seed: number
}

/** Undefined when none is asked for. Throws `bad-value`. */
export function shapeAsked(flags: ScheduleFlags): ScheduleShape | undefined {
  const given = (['stages', 'spike', 'wave', 'replay'] as const).filter((name) => flags[name] !== undefined)
  if (given.length > 1)
    throw errors.badValue(`--${given[1]}`, flags[given[1]!]!, `only one of --${given.join(' and --')}`)
  if (flags.replay !== undefined) return { kind: 'replay', timesMs: recordedTimes(flags.replay) }
  const rate = rateAsked(flags)
  return rate === undefined ? undefined : { kind: 'rate', rate, arrivals: spacing(flags) }
}

export const spacing = ({ arrivals, seed }: Pick<ScheduleFlags, 'arrivals' | 'seed'>): Spacing =>
  arrivals === 'even' ? { kind: 'even' } : { kind: 'poisson', seed }

function rateAsked(flags: ScheduleFlags): RateShape | undefined {
  const { ratePerSecond, durationMs, stages, spike, wave } = flags
  if (stages !== undefined) {
    return { kind: 'stages', startRate: ratePerSecond ?? 0, stages: parseStages(stages) }
  }
  if (ratePerSecond === undefined) {
    if (spike !== undefined || wave !== undefined) throw errors.needsAnswer('A rate', '--rps 500')
    return undefined
  }
  if (spike !== undefined) return parseSpike(spike, ratePerSecond, durationMs)
  if (wave !== undefined) return parseWave(wave, ratePerSecond, durationMs)
  return { kind: 'constant', ratePerSecond, durationMs }
}

function parseStages(text: string): Stage[] {
  const stages = text.split(',').map((part) => {
    const [, name, duration, target] = /^\s*(?:([a-z][\w-]*)=)?([^:=]+):([\d._]+)\s*$/i.exec(part) ?? []
    if (duration === undefined || target === undefined) {
      throw errors.badValue('--stages', text, "durations and rates, such as '10s:100,30s:1000,10s:0'")
    }
    const stage = { durationMs: parseDuration(duration, 'A stage'), target: rateOf(target, '--stages') }
    return name === undefined ? stage : { ...stage, name }
  })
  const repeated = repeatedStage(stages)
  if (repeated === null) return stages
  throw errors.badValue('--stages', text, `one name for each stage; two are called ${repeated.name}`)
}

function parseSpike(text: string, baseRate: number, durationMs: number): RateShape {
  const [, from, during, peak] = /^([^+]+)\+([^:]+):([\d._]+)$/.exec(text.trim()) ?? []
  if (from === undefined || during === undefined || peak === undefined) {
    throw errors.badValue('--spike', text, "when, for how long and how many, such as '10s+5s:1000'")
  }
  const spike = {
    fromMs: parseDuration(from, '--spike'),
    forMs: parseDuration(during, '--spike'),
    peakRate: rateOf(peak, '--spike'),
  }
  if (spike.fromMs + spike.forMs > durationMs) {
    throw errors.badValue('--spike', text, 'a spike that ends within --duration')
  }
  return spikeStages({ ...spike, baseRate, durationMs })
}

function parseWave(text: string, meanRate: number, durationMs: number): RateShape {
  const [, height, period] = /^([\d._]+)\/(.+)$/.exec(text.trim()) ?? []
  if (height === undefined || period === undefined) {
    throw errors.badValue('--wave', text, "a height and a period, such as '400/30s'")
  }
  const amplitude = rateOf(height, '--wave')
  const periodMs = parseDuration(period, '--wave')
  if (amplitude > meanRate) throw errors.badValue('--wave', text, `at most ±${meanRate}, the rate itself`)
  if (periodMs <= 0) throw errors.badValue('--wave', text, 'a period above 0')
  return { kind: 'sine', meanRate, amplitude, periodMs, durationMs }
}

/** Milliseconds, one a line, in any order; the earliest is the start. */
function recordedTimes(text: string): Float64Array {
  const times = text.split('\n').flatMap((line, index) => {
    const entry = line.trim()
    if (entry === '' || entry.startsWith('#')) return []
    const time = Number(entry)
    if (Number.isFinite(time)) return [time]
    throw errors.badValue(`Line ${index + 1} of --replay`, entry, 'a time in milliseconds')
  })
  if (times.length === 0) throw errors.badValue('--replay', '', 'a file with at least one time')
  const sorted = Float64Array.from(times).sort()
  return sorted.map((time) => time - sorted[0]!)
}

function rateOf(text: string, flag: string): number {
  const value = Number(text.replaceAll('_', ''))
  if (!Number.isFinite(value)) throw errors.badValue(flag, text, 'a number of arrivals per second')
  return value
}
