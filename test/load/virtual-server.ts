// A server in virtual time, as a capacity search meets it: Poisson arrivals wait in one queue for the first free
// place, each second is told when its last arrival has ended, and what an ended probe left behind is worked off.

import type { CapacityPorts, ProbeAsk } from '../../src/load/capacity-probe.ts'
import { fractionAt } from '../../src/load/chance.ts'
import { interval } from './interval.ts'

export interface ServerModel {
  /** How many it serves at once; 1. */
  places?: number
  /** From a number in [0, 1). */
  serviceMs: (chance: number) => number
  /** The share that it turns away at once, at that rate. */
  refused?: (ratePerSecond: number) => number
  /** It stands still for so long, every so often (on average). */
  pauses?: { forMs: number; everyMs: number }
  /** The client gives up. */
  timeoutMs?: number
  /** Arrivals on a fixed grid instead of Poisson's. */
  isEven?: boolean
  limitedAbove?: number
  noisyAbove?: number
  stuckAfterOverload?: boolean
  /** What a probe costs beside its seconds. */
  startMs?: number
}

export const fixed = (ms: number) => (): number => ms
export const exponential =
  (meanMs: number) =>
  (chance: number): number =>
    -Math.log1p(-chance) * meanMs

export interface Asked {
  phase: ProbeAsk['phase']
  rate: number
  seconds: number
}

/** A look whether the target is idle. */
const idleMs = 650

export function virtualServer(model: ServerModel, seed: number) {
  const {
    places = 1,
    timeoutMs = 1000,
    startMs = 150,
    limitedAbove = Infinity,
    noisyAbove = Infinity,
  } = model
  const next = chance(seed)
  const freeAtMs = Array.from({ length: places }, () => 0)
  const asked: Asked[] = []
  let nowMs = 0
  let isStuck = false
  let pauseAtMs = model.pauses === undefined ? Infinity : exponential(model.pauses.everyMs)(next())

  const probe: CapacityPorts['probe'] = ({ phase, ratePerSecond, maxSeconds, drain }, isEnough) => {
    if (phase === 'overload') isStuck = model.stuckAfterOverload ?? false
    nowMs += startMs
    const beganMs = nowMs
    const seconds: { times: number[]; failed: number; timeouts: number; endsMs: number }[] = []
    const gapMs = (): number => (model.isEven ? 1 : exponential(1)(next())) * (1000 / ratePerSecond)
    let arrivalMs = beganMs + gapMs()
    const arriveUntil = (untilMs: number): void => {
      for (; arrivalMs < Math.min(untilMs, beganMs + maxSeconds * 1000); arrivalMs += gapMs()) {
        const second = secondAt(Math.floor((arrivalMs - beganMs) / 1000))
        const { ms, failed } = served(arrivalMs, ratePerSecond)
        const isLate = ms > timeoutMs
        if (!isLate) second.times.push(ms)
        second.failed += failed ? 1 : 0
        second.timeouts += isLate ? 1 : 0
        second.endsMs = Math.max(second.endsMs, arrivalMs + Math.min(ms, timeoutMs))
      }
    }
    const secondAt = (index: number) => {
      while (seconds.length <= index)
        seconds.push({ times: [], failed: 0, timeouts: 0, endsMs: beganMs + seconds.length * 1000 + 1000 })
      return seconds[index]!
    }
    let slowestMs = 0
    let told = 0
    for (let isDone = false; !isDone && told < maxSeconds; told++) {
      arriveUntil(beganMs + (told + 1) * 1000)
      const { times, failed, timeouts, endsMs } = secondAt(told)
      arriveUntil(endsMs)
      nowMs = Math.max(nowMs, endsMs)
      slowestMs = Math.max(slowestMs, ...times, timeouts > 0 ? timeoutMs : 0)
      const ok = times.length - failed
      isDone = isEnough(interval(told, times, { ok, 'http-error': failed, timeout: timeouts }))
    }
    const backlogMs = (): number => Math.max(...freeAtMs) - nowMs
    if (drain)
      while (slowestMs > 10 && backlogMs() > 5) nowMs += Math.max(idleMs, Math.min(backlogMs(), timeoutMs))
    asked.push({ phase, rate: ratePerSecond, seconds: told })
    if (ratePerSecond > limitedAbove) return Promise.resolve('generator-limited')
    return Promise.resolve(ratePerSecond > noisyAbove ? 'noisy' : 'valid')
  }

  function served(arrivalMs: number, ratePerSecond: number): { ms: number; failed: boolean } {
    if (isStuck) return { ms: timeoutMs + 1, failed: false }
    if (next() < (model.refused?.(ratePerSecond) ?? 0)) return { ms: 1, failed: true }
    if (arrivalMs > pauseAtMs) {
      freeAtMs.forEach((at, place) => (freeAtMs[place] = Math.max(at, pauseAtMs) + model.pauses!.forMs))
      pauseAtMs = arrivalMs + exponential(model.pauses!.everyMs)(next())
    }
    const place = freeAtMs.indexOf(Math.min(...freeAtMs))
    const endsMs = Math.max(freeAtMs[place]!, arrivalMs) + model.serviceMs(next())
    freeAtMs[place] = endsMs
    return { ms: endsMs - arrivalMs, failed: false }
  }

  return { probe, asked, elapsedSeconds: () => nowMs / 1000 }
}

function chance(seed: number): () => number {
  let drawn = 0
  return () => fractionAt(seed, drawn++)
}
