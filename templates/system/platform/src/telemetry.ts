// One server span for each request we serve, one client span for each we make.
//
// Without OTEL_EXPORTER_OTLP_ENDPOINT nothing of the OpenTelemetry SDK is even loaded: trace ids are
// still made and passed on, so that the logs of all services tell one story.

import { nextTrace, type TraceContext } from './trace-context.ts'

export interface Telemetry {
  /** A span for a request that came in; `parent` is what its caller sent. */
  serverSpan(parent: TraceContext | undefined, describe: () => SpanDescription): Span
  /** A span for a request that goes out, below the span of the request being served. */
  clientSpan(parent: TraceContext | undefined, describe: () => SpanDescription): Span
  /** Sends what is left. */
  shutdown(): Promise<void>
}

export interface Span {
  readonly trace: TraceContext
  end(result: SpanAttributes, failed: boolean): void
}

export type SpanAttributes = Record<string, string | number>

/** Asked for only when the span is recorded. */
export interface SpanDescription {
  name: string
  attributes: SpanAttributes
}

export interface TelemetryOptions {
  service: string
  endpoint: string | undefined
}

export async function createTelemetry({ service, endpoint }: TelemetryOptions): Promise<Telemetry> {
  if (endpoint === undefined || endpoint === '') return withoutExport
  // 30 packages and a tenth of a second: only for those who asked for it.
  const { createOtlpTelemetry } = await import('./telemetry-otlp.ts')
  return createOtlpTelemetry(service)
}

const withoutExport: Telemetry = {
  serverSpan: untracedSpan,
  clientSpan: untracedSpan,
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
