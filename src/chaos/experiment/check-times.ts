// Do the times of an experiment fit together? A steady state needs its window before the first fault and
// after the last one, or there is nothing to judge.

import { formatDuration } from '../../system/duration.ts'
import { firstFaultMs, longestWindowMs, type Experiment } from './experiment.ts'
import type { Reading } from './read-experiment.ts'

/** @param impliedMs the shortest load that shows the system back; throws at the place of what does not fit */
export function checkTimes(experiment: Experiment, reading: Reading, impliedMs: number): void {
  const { load, limits, method } = experiment
  const windowMs = longestWindowMs(experiment)
  const first = method.findIndex(({ atMs }) => atMs === firstFaultMs(experiment))
  if (method[first]!.atMs < windowMs) {
    throw reading.mistake(
      ['method', first, 'at'],
      `the first fault comes after ${formatDuration(method[first]!.atMs)}, before the steady state can be judged: the longest window is ${formatDuration(windowMs)}.`,
    )
  }
  if (load.durationMs < impliedMs) {
    throw reading.mistake(
      ['load', 'duration'],
      `${formatDuration(load.durationMs)} of load end before the system can be seen to recover; at least ${formatDuration(impliedMs)} are needed (without load.duration, so much is taken).`,
    )
  }
  if (load.warmUpMs + load.durationMs > limits.maxDurationMs) {
    throw reading.mistake(
      ['limits', 'maxDuration'],
      `the experiment takes ${formatDuration(load.warmUpMs + load.durationMs)}, and limits.maxDuration is ${formatDuration(limits.maxDurationMs)}.`,
    )
  }
}
