// Setup steps over HTTP/2, as the load that follows them: its target may speak nothing else.

import { createHttp2Connector } from '../adapters/load-http2.ts'
import type { Address } from '../adapters/load-socket.ts'
import { retryAfterMs } from '../adapters/retry-after.ts'
import { headerIn } from '../load/checks.ts'
import { openHttp2Wire } from '../load/http2-wire.ts'
import { type Ending, outcomeOf, reasonOf } from '../load/outcomes.ts'
import type { LoadTarget } from '../load/plan.ts'
import { bytesOf, compileRequest } from '../load/request.ts'
import type { SetupPorts } from '../load/setup.ts'

/** Each step has a connection of its own. It rejects when there is no complete answer in time. */
export const senderOverHttp2 =
  (
    { address, target }: { address: Address; target: LoadTarget },
    { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal | undefined },
  ): SetupPorts['send'] =>
  async (request) => {
    const source = { ...request, name: request.path, expect: null }
    const bytes = bytesOf(compileRequest(source, target, {}, new Set()), {})
    const timeout = AbortSignal.timeout(timeoutMs)
    const ended = signal === undefined ? timeout : AbortSignal.any([signal, timeout])
    const answer = Promise.withResolvers<Awaited<ReturnType<SetupPorts['send']>>>()
    const wire = openHttp2Wire(
      createHttp2Connector(address),
      {
        opened: () =>
          wire.send(bytes, { isHead: request.method === 'HEAD', keepsBody: true, keepsHead: true }),
        answered({ status, head, body }) {
          const asked = retryAfterMs(headerIn(head, 'retry-after'), Date.now())
          answer.resolve({ status, head: head ?? '', body: body ?? '', retryAfterMs: asked })
        },
        ended: (ending) => answer.reject(new Error(whyNone(ending))),
      },
      { isSecure: target.isSecure },
    )
    const onEnded = (): void =>
      answer.reject(timeout.aborted ? new Error(`none within ${timeoutMs} ms`) : ended.reason)
    ended.addEventListener('abort', onEnded, { once: true })
    return answer.promise.finally(() => {
      ended.removeEventListener('abort', onEnded)
      wire.close()
    })
  }

const whyNone = (ending: Ending): string =>
  ending.kind === 'socket-error' ? ending.code : (reasonOf(ending) ?? outcomeOf(ending))
