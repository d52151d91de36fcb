// One connection through a proxy: two sockets and a pipeline for each direction.
//
//   client ──▶ upstream pipeline ────▶ server
//   client ◀── downstream pipeline ◀── server
//
// Accepted first, then dialled, because that is all that a proxy can do: a server that is not there shows
// as a reset (Toxiproxy: as an end), never as a refused connection. A side that ends leaves the other open.

import type { After, HostPort, SocketEnd, SocketEndEvents, Sockets } from '../ports.ts'
import { createPipeline, type Link, type Pipeline } from './pipeline.ts'
import type { Direction } from './toxic.ts'

export interface ConnectionPlan {
  client: SocketEnd
  upstream: HostPort
  sockets: Pick<Sockets, 'dial'>
  nowMs: () => number
  after: After
  isCompat: boolean
  /** The toxics that work on this connection, in order. */
  links(direction: Direction): Link[]
  received(direction: Direction, bytes: number): void
  sent(direction: Direction, bytes: number): void
  /** Once, when nothing is left of it. */
  gone(): void
}

export interface Connection {
  /** What the client's socket tells. */
  events: SocketEndEvents
  /** The toxics have changed. */
  arrange(): void
  close(): void
}

interface Flow {
  direction: Direction
  source: SocketEnd
  sink: SocketEnd
  pipeline: Pipeline
  isBlocked: boolean
  isHeld: boolean
  timer: { dueMs: number; cancel: () => void } | undefined
}

export function openConnection(plan: ConnectionPlan): Connection {
  const { client, nowMs, after, isCompat } = plan
  let state: 'dialling' | 'open' | 'closed' = 'dialling'
  let socketsLeft = 2

  const server = plan.sockets.dial(plan.upstream, {
    connected() {
      if (state !== 'dialling') return
      state = 'open'
      arrange()
      for (const { source } of flows) source.resume()
    },
    ...eventsOf('downstream'),
  })

  const finish = (how: 'close' | 'reset'): void => {
    if (state === 'closed') return
    state = 'closed'
    for (const flow of flows) flow.timer?.cancel()
    client[how]()
    server[how]()
  }

  const forwardBytes = (direction: Direction, bytes: Uint8Array): void => {
    plan.sent(direction, bytes.length)
    const flow = flows[indexOf[direction]]!
    if (!flow.sink.write(bytes)) flow.isBlocked = true
  }

  const makeFlow = (direction: Direction, source: SocketEnd, sink: SocketEnd): Flow => ({
    direction,
    source,
    sink,
    isBlocked: false,
    isHeld: false,
    timer: undefined,
    pipeline: createPipeline({
      forward(item) {
        if (state === 'closed') return
        if (item.kind === 'end') return isCompat ? finish('close') : sink.end()
        forwardBytes(direction, item.bytes)
      },
      isBlocked: () => flows[indexOf[direction]]!.isBlocked,
      answer: (bytes) => void (state === 'open' && source.write(bytes)),
      close: () => finish('close'),
      reset: () => finish('reset'),
    }),
  })
  const flows = [makeFlow('upstream', client, server), makeFlow('downstream', server, client)]

  /** After anything happened in a pipeline: when to come back, and whether the sender may go on. */
  const settle = (flow: Flow): void => {
    if (state === 'closed') return
    const dueMs = flow.pipeline.dueMs()
    if (flow.timer?.dueMs !== dueMs) {
      flow.timer?.cancel()
      flow.timer =
        dueMs === Infinity
          ? undefined
          : { dueMs, cancel: after(Math.max(0, dueMs - nowMs()), () => awake(flow)) }
    }
    holdOrLetGo(flow, flow.isBlocked || flow.pipeline.isFull())
  }

  const holdOrLetGo = (flow: Flow, isHeld: boolean): void => {
    if (isHeld !== flow.isHeld) flow.source[isHeld ? 'pause' : 'resume']()
    flow.isHeld = isHeld
  }

  const awake = (flow: Flow): void => {
    flow.timer = undefined
    if (state === 'closed') return
    flow.pipeline.advance(nowMs())
    settle(flow)
  }

  const arrange = (): void => {
    if (state !== 'open') return
    for (const flow of flows) {
      flow.pipeline.arrange(plan.links(flow.direction), nowMs())
      settle(flow)
    }
  }

  /** What the source of a direction tells. */
  function eventsOf(direction: Direction): SocketEndEvents {
    const flow = (): Flow => flows[indexOf[direction]]!
    return {
      received(bytes) {
        if (state !== 'open') return
        plan.received(direction, bytes.length)
        const { pipeline } = flow()
        // Most edges most of the time: a relay that asks no clock and makes no objects.
        if (pipeline.isBare()) {
          forwardBytes(direction, bytes)
          return holdOrLetGo(flow(), flow().isBlocked)
        }
        pipeline.push({ kind: 'data', bytes: new Uint8Array(bytes) }, nowMs())
        settle(flow())
      },
      ended() {
        if (state !== 'open') return
        flow().pipeline.push({ kind: 'end' }, nowMs())
        settle(flow())
      },
      drained() {
        // This socket is the sink of the other direction.
        const other = flows[1 - indexOf[direction]]!
        other.isBlocked = false
        settle(other)
      },
      closed(code) {
        if (code !== undefined) finish(isCompat ? 'close' : 'reset')
        if (--socketsLeft === 0) {
          finish('close')
          plan.gone()
        }
      },
    }
  }

  return { events: eventsOf('upstream'), arrange, close: () => finish('close') }
}

const indexOf: Record<Direction, 0 | 1> = { upstream: 0, downstream: 1 }
