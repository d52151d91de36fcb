// W3C trace context: `traceparent: 00-<32 hex trace id>-<16 hex span id>-<2 hex flags>`.
// https://www.w3.org/TR/trace-context/

import { createRandomHex } from './random-hex.ts'

export interface TraceContext {
  /** 32 hex digits. */
  traceId: string
  /** 16 hex digits: the span that is the parent of whatever comes next. */
  spanId: string
  isSampled: boolean
}

const pattern = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/

/** `undefined` for a header that is absent or breaks the specification. */
export function parseTraceparent(header: string | undefined): TraceContext | undefined {
  const match = header === undefined ? null : pattern.exec(header)
  if (match === null) return undefined
  const [, version, traceId, spanId, flags, rest] = match as unknown as [
    string,
    string,
    string,
    string,
    string,
    string?,
  ]
  if (version === 'ff' || (version === '00' && rest !== undefined)) return undefined
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 }
}

export const formatTraceparent = ({ traceId, spanId, isSampled }: TraceContext): string =>
  `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`

/** A child of the parent, or the root of a new trace. */
export const nextTrace = (parent: TraceContext | undefined): TraceContext => ({
  traceId: parent?.traceId ?? randomHex(16),
  spanId: randomHex(8),
  isSampled: parent?.isSampled ?? false,
})

// All zero, which would be no id, once in 2^64.
const randomHex = createRandomHex()
