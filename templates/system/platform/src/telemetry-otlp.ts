// Spans for real, sent over OTLP. The standard OTEL_* variables set endpoint, headers and sampler.
//
// No loader and no auto-instrumentation: the two spans a hop are made by the platform itself, which
// costs a third and keeps start-up short.

import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace as traceApi,
  TraceFlags,
  type Span as OtelSpan,
} from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Span, SpanDescription, Telemetry } from './telemetry.ts'
import type { TraceContext } from './trace-context.ts'

const flushWithinMs = 1000

export function createOtlpTelemetry(service: string): Telemetry {
  // One object: the positional call of SDK 2 is accepted silently and exports nothing.
  const processor = new BatchSpanProcessor({ exporter: new OTLPTraceExporter(), scheduledDelayMillis: 1000 })
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': service }),
    spanProcessors: [processor],
  })
  const tracer = provider.getTracer('@system/platform')

  const start = (kind: SpanKind, parent: TraceContext | undefined, { name, attributes }: SpanDescription) =>
    wrap(tracer.startSpan(name, { kind, attributes }, contextOf(parent)))

  return {
    serverSpan: (parent, describe) => start(SpanKind.SERVER, parent, describe()),
    clientSpan: (parent, describe) => start(SpanKind.CLIENT, parent, describe()),
    shutdown: () => flushed(provider.shutdown()),
  }
}

/** A collector that is away must not hold up the end, nor turn it into a failure: its spans are lost. */
function flushed(shutdown: Promise<void>): Promise<void> {
  const patience = sleep(flushWithinMs, undefined, { ref: false })
  return Promise.race([shutdown.catch(() => {}), patience])
}

function contextOf(parent: TraceContext | undefined) {
  if (parent === undefined) return ROOT_CONTEXT
  const { traceId, spanId, isSampled } = parent
  const traceFlags = isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE
  return traceApi.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true })
}

function wrap(span: OtelSpan): Span {
  const { traceId, spanId, traceFlags } = span.spanContext()
  return {
    trace: { traceId, spanId, isSampled: (traceFlags & TraceFlags.SAMPLED) !== 0 },
    end(result, failed) {
      span.setAttributes(result)
      if (failed) span.setStatus({ code: SpanStatusCode.ERROR })
      span.end()
    },
  }
}
