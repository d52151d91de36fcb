// One server span for each request we serve, one client span for each we make.
//
// Without OTEL_EXPORTER_OTLP_ENDPOINT nothing of the OpenTelemetry SDK is even loaded: trace ids are
// still made and passed on, so that the logs of all services tell one story.

import type { Clock } from './clock.ts'
import type { Measure } from './metrics.ts'
import { nextTrace, type TraceContext } from './trace-context.ts'

export interface Telemetry {
  /** A span for a request that came in; `parent` is what its caller sent. */
  serverSpan(parent: TraceContext | undefined, describe: Describe): Span
  /** A span for a request that goes out, below the span of the request being served. */
  clientSpan(above: Span | undefined, describe: Describe): Span
  /** What it counts. */
  measures: Measure[]
  /** Sends what is left. */
  shutdown(): Promise<void>
}

export interface Span {
  readonly trace: TraceContext
  end(result: SpanAttributes, outcome: SpanOutcome): void
}

/** `error` marks the span (a 404 that we were answered); `failure` is worth telling even if nobody sampled it. */
export type SpanOutcome = 'ok' | 'error' | 'failure'

export type SpanAttributes = Record<string, string | number>

export interface SpanDescription {
  name: string
  attributes: SpanAttributes
}

/** Asked when the span has ended, and only if it is sent. */
export type Describe = () => SpanDescription

export interface TelemetryOptions {
  service: string
  endpoint: string | undefined
  /** How many of the traces that begin here are sampled; more begin unsampled. */
  tracesPerSecond: number
  clock: Clock
}

export async function createTelemetry({ endpoint, ...options }: TelemetryOptions): Promise<Telemetry> {
  if (endpoint === undefined || endpoint === '') return withoutExport
  // 30 packages and a tenth of a second: only for those who asked for it.
  const { createOtlpTelemetry } = await import('./telemetry-otlp.ts')
  return createOtlpTelemetry(options)
}

const withoutExport: Telemetry = {
  serverSpan: untracedSpan,
  clientSpan: (above) => untracedSpan(above?.trace),
  measures: [],
  shutdown: async () => {},
}

/** Carries the ids and is not recorded. Most requests are neither logged nor make calls, so their ids are made only when somebody asks. */
export function untracedSpan(parent: TraceContext | undefined): Span {
  let trace: TraceContext | undefined
  return {
    get trace() {
      trace ??= nextTrace(parent)
      return trace
    },
    end() {},
  }
}
