// `steadyState.probes` of an experiment's file → Probe[].

import { parseDuration } from '../../system/duration.ts'
import type { Path } from '../../system/yaml-file.ts'
import type { HttpProbe, Limit, LoadProbe, Metric, Probe } from './experiment.ts'
import type { ProbeFile } from './experiment-schema.ts'
import type { Reading } from './read-experiment.ts'
import { requestsOf } from './routes.ts'

export function probesOf(reading: Reading): Probe[] {
  const { probes } = reading.yaml.value.steadyState
  const names = new Set<string>()
  return probes.map((probe, index) => {
    const path: Path = ['steadyState', 'probes', index]
    if (names.has(probe.name)) {
      throw reading.mistake([...path, 'name'], `there are two probes named ${probe.name}.`)
    }
    names.add(probe.name)
    if ((probe.metric === undefined) === (probe.http === undefined)) {
      throw reading.mistake(path, `${probe.name} needs either a metric or http.`)
    }
    return probe.http === undefined ? loadProbeOf(reading, probe, path) : httpProbeOf(reading, probe, path)
  })
}

const onlyLoad = ['route', 'min', 'max', 'window'] as const
const onlyHttp = ['status', 'every', 'timeout'] as const

function loadProbeOf(reading: Reading, probe: ProbeFile, path: Path): LoadProbe {
  refuse(reading, probe, path, onlyHttp)
  const { name, route, min, max, window = '5s' } = probe
  const metric = metricOf(probe.metric!)
  if (min === undefined && max === undefined) throw reading.mistake(path, `${name} needs min or max.`)
  const windowMs = parseDuration(window)
  if (windowMs % 1000 !== 0 || windowMs === 0) {
    throw reading.mistake([...path, 'window'], `${window} is not a number of whole seconds.`)
  }
  return {
    kind: 'load',
    name,
    metric,
    requests: route === undefined ? null : requestsOf(reading, [...path, 'route'], route),
    ...(min !== undefined && { min: limitOf(reading, [...path, 'min'], min, metric) }),
    ...(max !== undefined && { max: limitOf(reading, [...path, 'max'], max, metric) }),
    windowMs,
  }
}

function httpProbeOf(reading: Reading, probe: ProbeFile, path: Path): HttpProbe {
  refuse(reading, probe, path, onlyLoad)
  const { name, status, every = '500ms', timeout = '1s' } = probe
  const { service, path: asked } = probe.http!
  const services = reading.system.services.map((one) => one.name)
  if (!services.includes(service)) {
    throw reading.unknown([...path, 'http', 'service'], 'service', service, services)
  }
  const everyMs = parseDuration(every)
  if (everyMs < 50) throw reading.mistake([...path, 'every'], 'a service is asked every 50ms at most.')
  return {
    kind: 'http',
    name,
    service,
    path: asked,
    ...(status !== undefined && { status }),
    everyMs,
    timeoutMs: parseDuration(timeout),
  }
}

function refuse(reading: Reading, probe: ProbeFile, path: Path, keys: readonly (keyof ProbeFile)[]): void {
  const wrong = keys.find((key) => probe[key] !== undefined)
  if (wrong === undefined) return
  const what = probe.http === undefined ? 'a metric' : 'http'
  throw reading.mistake([...path, wrong], `${wrong} does not go with ${what}.`)
}

const fractions: Record<string, number> = { p50: 0.5, p90: 0.9, p99: 0.99, p999: 0.999, max: 1 }

/** @param text one that the schema admits */
export function metricOf(text: string): Metric {
  const [, percentile] = /^latency_(.*)$/.exec(text) ?? []
  if (percentile !== undefined) return { kind: 'latency', name: percentile, fraction: fractions[percentile]! }
  return { kind: text === 'rate' ? 'rate' : 'success_rate' }
}

/** In the metric's unit: a share, milliseconds, answers a second; or a multiple of the baseline, `1.5x+10ms`. */
export function limitOf(reading: Reading, path: Path, value: number | string, metric: Metric): Limit {
  const [, times, plus] = /^([0-9.]+)x(?:\+(.+))?$/.exec(String(value)) ?? []
  if (times !== undefined) {
    if (!(Number(times) > 0)) throw reading.mistake(path, `${value} is no multiple.`)
    if (plus === undefined) return { kind: 'of-baseline', times: Number(times) }
    if (metric.kind !== 'latency')
      throw reading.mistake(path, `${plus} is a time, and ${metric.kind} is none.`)
    return { kind: 'of-baseline', times: Number(times), plus: parseDuration(plus) }
  }
  if (metric.kind === 'latency') {
    if (typeof value === 'string') return { kind: 'absolute', value: parseDuration(value) }
    throw reading.mistake(path, `${value} has no unit; a latency is a time, such as 300ms, or 1.5x.`)
  }
  if (typeof value === 'string')
    throw reading.mistake(path, `${value} is a time, and ${metric.kind} is none.`)
  const isShare = metric.kind === 'success_rate'
  if (value < 0 || (isShare && value > 1)) {
    const expected = isShare ? 'a share from 0 to 1, such as 0.99' : 'a number above 0'
    throw reading.mistake(path, `${value} is not ${expected}.`)
  }
  return { kind: 'absolute', value }
}
