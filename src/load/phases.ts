// The phases of a run, which thresholds can name: the stages of its schedule, the parts around a spike, or
// any stretch of time.
//
//   p99@peak<300ms         a stage that has this name
//   p99@stage2<300ms       the second stage
//   p99@spike<1s           before, spike and after, with --spike
//   errors@10s-30s<1%      from the 10th second of the schedule to the 30th

import { errors } from '../errors.ts'
import { parseDuration } from '../system/duration.ts'
import type { Stage } from './rate-curve.ts'
import type { ScheduleShape } from './schedule.ts'

/** Of the schedule; an arrival belongs to it by its intended time. The end does not belong to it. */
export interface Phase {
  fromMs: number
  toMs: number
}

/** Name → phase. A stage of no time, which is a jump, is none, but counts. */
export function phasesOf(shape: ScheduleShape): Map<string, Phase> {
  const phases = new Map<string, Phase>()
  if (shape.kind !== 'rate' || shape.rate.kind !== 'stages') return phases
  let fromMs = 0
  for (const [index, { durationMs, name }] of shape.rate.stages.entries()) {
    const phase = { fromMs, toMs: fromMs + durationMs }
    fromMs = phase.toMs
    if (durationMs > 0) phases.set(stageName(name, index), phase)
  }
  return phases
}

const stageName = (name: string | undefined, index: number): string => name ?? `stage${index + 1}`

/** The first stage that is called as one before it: thresholds could not tell them apart. */
export function repeatedStage(stages: readonly Stage[]): { name: string; index: number } | null {
  const names = stages.map(({ name }, index) => stageName(name, index))
  const index = names.findIndex((name, at) => names.indexOf(name) < at)
  return index === -1 ? null : { name: names[index]!, index }
}

/** Throws `bad-value` for a phase that this schedule does not have. */
export function phaseNamed(name: string, shape: ScheduleShape, durationMs: number): Phase {
  const phases = phasesOf(shape)
  const named = phases.get(name)
  if (named !== undefined) return named
  const [, from, to] = /^(\d[\w.]*)-(\d[\w.]*)$/.exec(name) ?? []
  if (from !== undefined && to !== undefined) {
    const stretch = { fromMs: parseDuration(from, 'A phase'), toMs: parseDuration(to, 'A phase') }
    if (stretch.fromMs < stretch.toMs && stretch.fromMs < durationMs) return stretch
  }
  const known = phases.size === 0 ? '' : `one of the phases ${[...phases.keys()].join(', ')}, or `
  throw errors.badValue('--threshold', `@${name}`, `${known}a stretch of the run, such as @10s-30s`)
}
