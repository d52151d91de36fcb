// What was observed for a threshold, as text: `212 ms`, `0.4 %`, `9991 per second`.

import type { ThresholdResult } from './load-report.ts'

export function observedText({ observed, unit }: Pick<ThresholdResult, 'observed' | 'unit'>): string {
  if (observed === null)
    return unit === 'ms' ? 'never: too many failed, or nothing arrived' : 'nothing arrived'
  switch (unit) {
    case 'ms':
      return observed >= 1000 ? `${digits(observed / 1000)} s` : `${digits(observed)} ms`
    case 'share':
      return `${digits(observed * 100)} %`
    case 'arrivals':
      return `${observed} arrivals`
    case 'per-second':
      return `${Number(observed.toFixed(2))} per second`
  }
}

const digits = (value: number): number => Number(value.toPrecision(3))
