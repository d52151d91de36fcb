// How the rate of arrivals goes over time, and its integral both ways: how many arrivals by a time, and
// the time by which there are so many.
//
//   rate │      ____            expectedBy(t)  the area up to t
//        │   __/    \__         timeOf(n)      the t at which the area is n
//        └──────────────▶ t

/** Rates are arrivals per second. */
export type RateShape =
  | { kind: 'constant'; ratePerSecond: number; durationMs: number }
  /** Linear from one target to the next, as in k6; a stage of 0 ms is a jump. */
  | { kind: 'stages'; startRate: number; stages: readonly Stage[] }
  /** mean + amplitude × sin(2π t / period) */
  | { kind: 'sine'; meanRate: number; amplitude: number; periodMs: number; durationMs: number }

export interface Stage {
  target: number
  durationMs: number
  /** What thresholds call it; `stage1` … if not said. */
  name?: string
}

export interface RateCurve {
  durationMs: number
  peakRate: number
  /** Arrivals, a real number. Never decreases. */
  expectedBy(elapsedMs: number): number
  /** The last time at which no more than `expected` arrivals were due: a pause is waited out. */
  timeOf(expected: number): number
}

export function rateCurve(shape: RateShape): RateCurve {
  switch (shape.kind) {
    case 'constant': {
      const { ratePerSecond, durationMs } = shape
      return linearCurve(ratePerSecond, [{ target: ratePerSecond, durationMs }])
    }
    case 'stages':
      return linearCurve(shape.startRate, shape.stages)
    case 'sine':
      return sineCurve(shape)
  }
}

/** At `baseRate`, and at `peakRate` from `fromMs` on for `forMs`. */
export const spikeStages = (spike: {
  baseRate: number
  peakRate: number
  fromMs: number
  forMs: number
  durationMs: number
}): RateShape => {
  const { baseRate, peakRate, fromMs, forMs, durationMs } = spike
  return {
    kind: 'stages',
    startRate: baseRate,
    stages: [
      { target: baseRate, durationMs: fromMs, name: 'before' },
      { target: peakRate, durationMs: 0 },
      { target: peakRate, durationMs: forMs, name: 'spike' },
      { target: baseRate, durationMs: 0 },
      { target: baseRate, durationMs: Math.max(0, durationMs - fromMs - forMs), name: 'after' },
    ],
  }
}

interface Segment {
  startMs: number
  /** Arrivals before it. */
  before: number
  fromRate: number
  /** Per second, per ms. */
  slope: number
}

function linearCurve(startRate: number, stages: readonly Stage[]): RateCurve {
  const segments: Segment[] = []
  let startMs = 0
  let before = 0
  let fromRate = startRate
  for (const { target, durationMs } of stages) {
    if (durationMs > 0) {
      segments.push({ startMs, before, fromRate, slope: (target - fromRate) / durationMs })
      startMs += durationMs
      before += (((fromRate + target) / 2) * durationMs) / 1000
    }
    fromRate = target
  }
  const durationMs = startMs
  const total = before
  // A loop, for each arrival asks: findLast costs several times as much.
  const lastWith = (isNotAfter: (segment: Segment) => boolean): Segment | undefined => {
    for (let i = segments.length - 1; i > 0; i--) if (isNotAfter(segments[i]!)) return segments[i]
    return segments[0]
  }
  return {
    durationMs,
    peakRate: Math.max(startRate, ...stages.map(({ target }) => target)),
    expectedBy(elapsedMs) {
      if (elapsedMs >= durationMs) return total
      const t = Math.max(0, elapsedMs)
      const segment = lastWith((one) => one.startMs <= t)
      if (segment === undefined) return 0
      const dt = t - segment.startMs
      return segment.before + ((segment.fromRate + (segment.slope * dt) / 2) * dt) / 1000
    },
    timeOf(expected) {
      const segment = lastWith((one) => one.before <= expected)
      if (segment === undefined) return 0
      return segment.startMs + timeIn(segment, expected - segment.before)
    },
  }
}

/** Solves rate × t + slope × t² / 2 = area, in the form that does not cancel when the slope is small. */
function timeIn({ fromRate, slope }: Segment, arrivals: number): number {
  // Multiplied before it is divided: k × (1000 / rate) would drift by k roundings.
  const area = arrivals * 1000
  if (area <= 0) return 0
  if (slope === 0) return area / fromRate
  return (2 * area) / (fromRate + Math.sqrt(Math.max(0, fromRate * fromRate + 2 * slope * area)))
}

function sineCurve(shape: Extract<RateShape, { kind: 'sine' }>): RateCurve {
  const { meanRate, amplitude, periodMs, durationMs } = shape
  const turn = (2 * Math.PI) / periodMs
  const swing = amplitude / turn / 1000
  const expectedBy = (elapsedMs: number): number => {
    const t = Math.min(Math.max(elapsedMs, 0), durationMs)
    return (meanRate * t) / 1000 + swing * (1 - Math.cos(turn * t))
  }
  return {
    durationMs,
    peakRate: meanRate + amplitude,
    expectedBy,
    // No closed form; but the area is within 2 × swing of that of the mean rate, so bisection has little to do.
    timeOf(expected) {
      let low = Math.max(0, ((expected - 2 * swing) * 1000) / meanRate)
      let high = Math.min(durationMs, (expected * 1000) / meanRate)
      while (high - low > 1e-6) {
        const middle = (low + high) / 2
        if (middle === low || middle === high) break
        if (expectedBy(middle) <= expected) low = middle
        else high = middle
      }
      return low
    },
  }
}
