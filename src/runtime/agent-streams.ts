// The agent's streams: events and log lines, for as long as somebody reads them.

import type { AgentReply, Sink } from '../adapters/agent-server.ts'
import type { SystemEvent } from '../events.ts'
import type { Clock } from '../ports.ts'
import type { LogLine } from '../system/agent-api.ts'
import type { AgentParts } from './agent-routes.ts'

const defaultTail = 100
/** A reader that is so far behind has stopped reading. */
const maximumWaitingBytes = 4_000_000

/** `?after=<seq>`: what comes later; `?follow=0` ends at the newest. */
export function eventStream({ events, clock }: AgentParts, query: URLSearchParams): AgentReply {
  const after = Number(query.get('after') ?? 0)
  const write = (sink: Sink, event: SystemEvent): void =>
    sink.write(`id: ${event.seq}\ndata: ${JSON.stringify(event)}\n\n`)
  return {
    kind: 'stream',
    contentType: 'text/event-stream',
    async run(sink) {
      if (query.get('follow') === '0') {
        for (const event of events.since(after)) write(sink, event)
        return
      }
      const leave = events.subscribe(after, (event) => write(sink, event))
      await untilGone(sink, clock)
      leave()
    },
  }
}

/** `?service=`, more than once if wanted; `?tail=<n>` lines of each; `?since=<epoch ms>`; `?follow=1`. */
export function logStream({ plans, readLogs, feed, clock }: AgentParts, query: URLSearchParams): AgentReply {
  const asked = query.getAll('service')
  const services = asked.length > 0 ? asked : plans.map(({ name }) => name)
  const tail = Number(query.get('tail') ?? defaultTail)
  const since = Number(query.get('since') ?? 0)
  return {
    kind: 'stream',
    contentType: 'application/x-ndjson',
    async run(sink) {
      const kept = services.flatMap((service) => readLogs(service, tail)).filter(({ at }) => at >= since)
      for (const line of kept.toSorted((one, other) => one.at - other.at)) writeLine(sink, line)
      if (query.get('follow') !== '1') return
      let leftOut = 0
      const leave = feed.subscribe((line) => {
        if (!services.includes(line.service)) return
        // A reader that is slow must cost neither our memory nor the service's time.
        if (sink.waiting() > maximumWaitingBytes / 4) return void (leftOut += 1)
        if (leftOut > 0) {
          const note = `… ${leftOut} lines were left out: the reader is slower than the services`
          writeLine(sink, { service: line.service, at: line.at, stream: 'stderr', line: note })
          leftOut = 0
        }
        writeLine(sink, line)
      })
      await untilGone(sink, clock)
      leave()
    },
  }
}

const writeLine = (sink: Sink, line: LogLine): void => sink.write(`${JSON.stringify(line)}\n`)

/** Resolves when the reader hung up, or reads no more. */
async function untilGone(sink: Sink, clock: Clock): Promise<void> {
  while (!sink.closed.aborted && sink.waiting() < maximumWaitingBytes) {
    await clock.sleep(1000, sink.closed).catch(() => {}) // closed: the loop ends
  }
}
