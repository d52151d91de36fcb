// `GET /breakers/events`: transitions as they happen, as server-sent events.
//
//   id: 1766399990000-7
//   data: {"name":"order:payment","at":1766400000000,"from":"closed","to":"open","reason":"…"}
//
// First come the kept transitions after `Last-Event-ID`; without it, all of them. Numbers start anew with
// the process, so an id begins with its start: who comes with the id of a process before gets all.

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
  for (const transition of breakers.transitionsAfter(lastSeen(request))) response.write(format(transition))
  const unsubscribe = breakers.subscribe((transition) => response.write(format(transition)))
  const heartbeat = setInterval(() => response.write(': still here\n\n'), heartbeatMs)
  response.on('close', () => {
    unsubscribe()
    clearInterval(heartbeat)
  })
}

const life = Math.round(performance.timeOrigin)

function lastSeen({ headers }: IncomingMessage): number {
  const [lifeThen, sequence] = String(headers['last-event-id'] ?? '').split('-')
  return Number(lifeThen) === life && /^\d+$/.test(sequence ?? '') ? Number(sequence) : 0
}

const format = ({ sequence, ...transition }: NumberedTransition): string =>
  `id: ${life}-${sequence}\ndata: ${JSON.stringify(transition)}\n\n`
