// What goes out for one arrival, and what of its answer has to be kept.

import { bytesOf, type CompiledRequest, keyOf } from './request.ts'
import type { ExpectedAnswer } from './response-parser.ts'
import type { ArrivalValues } from './template.ts'

export interface Message {
  bytes: Uint8Array
  key: string | null
  expected: ExpectedAnswer
}

export function messageOf(request: CompiledRequest, values: ArrivalValues): Message {
  const key = keyOf(request, values)
  const bytes = bytesOf(request, values)
  const { isHead, waitsForContinue } = request
  const keepsHead = request.capture.length > 0
  const keepsBody = keepsHead || request.checks.length > 0 || key !== null
  return {
    // A Buffer: a socket would make one of any other bytes, each time.
    bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length),
    key,
    expected: { isHead, keepsBody, keepsHead, waitsForContinue },
  }
}
