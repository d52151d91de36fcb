// Spans for real, sent over OTLP. The standard OTEL_* variables set endpoint and headers.
//
// No loader, no auto-instrumentation, and not the SDK's tracer: the two spans a hop are made by the platform
// itself, and described only when they are sent. Of 10,000 requests a second 9,900 are not, and yet each may
// turn out to be one that failed.

import { SpanKind, SpanStatusCode, TraceFlags, type HrTime, type SpanContext } from '@opentelemetry/api'
import { ExportResultCode } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, type ReadableSpan, type SpanExporter } from '@opentelemetry/sdk-trace'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from './clock.ts'
import { createSpanSampler, type SpanFate, type SpanSampler } from './span-sampler.ts'
import { telemetryNames } from './telemetry-names.ts'
import type { Describe, Span, SpanAttributes, SpanOutcome, Telemetry, TelemetryOptions } from './telemetry.ts'
import { nextTrace, type TraceContext } from './trace-context.ts'

const flushWithinMs = 1000
const sendEveryMs = 1000
/** The clock was set, or the machine slept. */
const toleratedDriftMs = 50

export function createOtlpTelemetry({
  service,
  tracesPerSecond,
  clock,
}: Omit<TelemetryOptions, 'endpoint'>): Telemetry {
  const sampler = createSpanSampler(tracesPerSecond, clock)
  const sent = { success: 0, failure: 0 }
  const exporter = countExports(new OTLPTraceExporter(), sent)
  // One object: the positional call of SDK 2 is accepted silently and exports nothing.
  const processor = new BatchSpanProcessor({ exporter, scheduledDelayMillis: sendEveryMs })
  const resource = resourceFromAttributes({ 'service.name': service })
  const epochMs = createEpochReader(clock)

  const tools: SpanTools = {
    clock,
    sampler,
    send: (span, result, outcome) => processor.onEnd(readable(span, result, outcome)),
  }

  return {
    serverSpan: (parent, describe) => new RecordedSpan(tools, SpanKind.SERVER, { parent, describe }),
    clientSpan: (above, describe) =>
      new RecordedSpan(tools, SpanKind.CLIENT, { parent: above?.trace, above, describe }),
    measures: [
      { name: telemetryNames.spans, kind: 'counter', read: () => samplesOf('fate', sampler.counts) },
      { name: telemetryNames.exported, kind: 'counter', read: () => samplesOf('result', sent) },
    ],
    shutdown: () => flushed(processor.shutdown()),
  }

  function readable(span: RecordedSpan, result: SpanAttributes, outcome: SpanOutcome): ReadableSpan {
    const { name, attributes } = span.describe()
    const endMs = clock.monotonicMs()
    const context = { ...contextOf(span.trace), traceFlags: TraceFlags.SAMPLED }
    return {
      name,
      kind: span.kind,
      spanContext: () => context,
      ...(span.parent && {
        parentSpanContext: { ...contextOf(span.parent), isRemote: span.kind === SpanKind.SERVER },
      }),
      startTime: hrTime(epochMs(span.startMs)),
      endTime: hrTime(epochMs(endMs)),
      duration: hrTime(endMs - span.startMs),
      status: { code: outcome === 'ok' ? SpanStatusCode.UNSET : SpanStatusCode.ERROR },
      attributes: { ...attributes, ...result },
      ...nothingElse,
      resource,
      instrumentationScope,
    }
  }
}

interface SpanTools {
  clock: Clock
  sampler: SpanSampler
  send: (span: RecordedSpan, result: SpanAttributes, outcome: SpanOutcome) => void
}

interface SpanPlace {
  parent: TraceContext | undefined
  /** The span in this service below which it stands. */
  above?: Span | undefined
  describe: Describe
}

// A class, because 10,000 of these a second should share their functions.
class RecordedSpan implements Span {
  readonly kind: SpanKind
  readonly parent: TraceContext | undefined
  readonly describe: Describe
  readonly startMs: number
  private readonly tools: SpanTools
  private readonly above: Span | undefined
  private readonly isSampled: boolean
  private ids: TraceContext | undefined = undefined
  private isKept = false

  constructor(tools: SpanTools, kind: SpanKind, { parent, above, describe }: SpanPlace) {
    this.tools = tools
    this.kind = kind
    this.parent = parent
    this.above = above
    this.describe = describe
    this.startMs = tools.clock.monotonicMs()
    this.isSampled = parent === undefined ? tools.sampler.takesTrace() : parent.isSampled
  }

  get trace(): TraceContext {
    this.ids ??= { ...nextTrace(this.parent), isSampled: this.isSampled }
    return this.ids
  }

  end(result: SpanAttributes, outcome: SpanOutcome): void {
    const fate = this.fate(outcome)
    this.tools.sampler.count(fate)
    if (fate === 'sampled' || fate === 'failed') this.tools.send(this, result, outcome)
  }

  private fate(outcome: SpanOutcome): SpanFate {
    if (this.isSampled) return 'sampled'
    if (this.isKept) return 'failed'
    if (outcome !== 'failure') return 'unsampled'
    return this.takesFailed() ? 'failed' : 'withheld'
  }

  /** A call that failed also keeps the span of the request that made it: alone it would say little. */
  private takesFailed(): boolean {
    const above = this.above instanceof RecordedSpan && !this.above.isKept ? this.above : undefined
    const isTaken = this.tools.sampler.takesFailed(above === undefined ? 1 : 2)
    if (isTaken && above !== undefined) above.isKept = true
    return isTaken
  }
}

const instrumentationScope = { name: '@system/platform' }
const nothingElse = {
  links: [],
  events: [],
  ended: true,
  droppedAttributesCount: 0,
  droppedEventsCount: 0,
  droppedLinksCount: 0,
}

const contextOf = ({ traceId, spanId, isSampled }: TraceContext): SpanContext => ({
  traceId,
  spanId,
  traceFlags: isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
})

/** Monotonic to epoch milliseconds, to the microsecond, so that the spans of all services fit into each other. */
function createEpochReader(clock: Clock): (monotonicMs: number) => number {
  let originMs = performance.timeOrigin
  return (monotonicMs) => {
    const driftMs = clock.epochMs() - (originMs + clock.monotonicMs())
    if (Math.abs(driftMs) > toleratedDriftMs) originMs += driftMs
    return originMs + monotonicMs
  }
}

/** Seconds and nanoseconds. */
function hrTime(ms: number): HrTime {
  const us = Math.round(ms * 1000)
  return [Math.floor(us / 1e6), (us % 1e6) * 1000]
}

function countExports(exporter: SpanExporter, sent: { success: number; failure: number }): SpanExporter {
  return {
    export(spans, onResult) {
      exporter.export(spans, (result) => {
        sent[result.code === ExportResultCode.SUCCESS ? 'success' : 'failure'] += spans.length
        onResult(result)
      })
    },
    shutdown: () => exporter.shutdown(),
  }
}

const samplesOf = (label: string, counts: Readonly<Record<string, number>>) =>
  Object.entries(counts).map(([value, count]) => ({ labels: { [label]: value }, value: count }))

/** A collector that is away must not hold up the end, nor turn it into a failure: its spans are lost. */
function flushed(shutdown: Promise<void>): Promise<void> {
  const patience = sleep(flushWithinMs, undefined, { ref: false })
  return Promise.race([shutdown.catch(() => {}), patience])
}
