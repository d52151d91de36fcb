// `GET /breakers/events`: transitions as they happen, as server-sent events.
//
//   id: 7
//   data: {"name":"order:payment","at":1766400000000,"from":"closed","to":"open","reason":"…"}
//
// First come the kept transitions after `Last-Event-ID`; without it, all of them. Numbers start anew
// with the process, so one that was never given out here comes from a process before, and gets all.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Breakers, NumberedTransition } from './breakers.ts'

const heartbeatMs = 5_000

export function streamBreakerEvents(
  breakers: Breakers,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  response.flushHeaders()
  const lastSeen = Number(request.headers['last-event-id'] ?? 0)
  const isKnown = breakers.transitionsAfter(lastSeen - 1).length > 0
  for (const transition of breakers.transitionsAfter(isKnown ? lastSeen : 0))
    response.write(format(transition))
  const unsubscribe = breakers.subscribe((transition) => response.write(format(transition)))
  const heartbeat = setInterval(() => response.write(': still here\n\n'), heartbeatMs)
  response.on('close', () => {
    unsubscribe()
    clearInterval(heartbeat)
  })
}

const format = ({ sequence, ...transition }: NumberedTransition): string =>
  `id: ${sequence}\ndata: ${JSON.stringify(transition)}\n\n`
