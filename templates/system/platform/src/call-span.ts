// What is told of the calls to a callee: a client span each, in the trace of the request that they are made for.

import type { Verdict } from './classify.ts'
import type { HttpResult } from './http-attempt.ts'
import { describeSent, resultOf } from './http-attributes.ts'
import type { RequestContext } from './request-context.ts'
import { refusedTypes, spanNames } from './telemetry-names.ts'
import type { Span, Telemetry } from './telemetry.ts'

interface Sent {
  method: string
  path: string
}

export interface CallSpans {
  /** @param resends how many attempts of the call were before */
  start(sent: Sent, context: RequestContext | undefined, resends: number): Span
  /** In the trace of the request that was hit; nowhere in the log, where it would come by the thousand. */
  refused(sent: Sent, context: RequestContext | undefined, by: 'breaker' | 'bulkhead'): void
}

export interface CallSpansOptions {
  /** `order:payment` */
  edge: string
  callee: string
  url: URL
  telemetry: Telemetry
  breaker: { readonly state: string }
}

export function createCallSpans({ edge, callee, url, telemetry, breaker }: CallSpansOptions): CallSpans {
  return {
    start,
    refused(sent, context, by) {
      start(sent, context, 0).end(
        { [spanNames.outcome]: 'rejected', [spanNames.errorType]: refusedTypes[by] },
        'failure',
      )
    },
  }

  function start({ method, path }: Sent, context: RequestContext | undefined, resends: number): Span {
    const { state } = breaker
    return telemetry.clientSpan(context?.span, () => {
      const described = describeSent({ method, path, callee, url, resends })
      const guard = { [spanNames.breaker]: edge, [spanNames.state]: state }
      return { ...described, attributes: { ...described.attributes, ...guard } }
    })
  }
}

const outcomes = { ok: 'success', busy: 'success', fail: 'failure', ignore: 'ignored' } as const

export function endCallSpan(span: Span, result: HttpResult, verdict: Verdict): void {
  const outcome = { [spanNames.outcome]: outcomes[verdict] }
  if (result.kind === 'answered') {
    const { status } = result
    span.end(
      { ...outcome, ...resultOf(status, 400) },
      verdict === 'fail' ? 'failure' : status >= 400 ? 'error' : 'ok',
    )
  } else {
    // Who gave up has nothing to be told; for everybody else it is a call without an answer.
    span.end(
      { ...outcome, [spanNames.errorType]: result.reason },
      result.reason === 'aborted' ? 'error' : 'failure',
    )
  }
}
