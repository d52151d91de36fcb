// One proxy: a listener, its connections, and the toxics that work on them.
//
// All of it lives in one thread, and nothing here waits for a socket: setting, changing and removing a
// toxic are done when the function returns, or some turns of the event loop later when very much waited.

import type { After, Clock, HostPort, SocketEnd, SocketEndEvents, SocketListener, Sockets } from '../ports.ts'
import { openConnection, type Connection } from './connection.ts'
import { linkOf, type InstalledToxic } from './installed-toxic.ts'
import type { Direction } from './toxic.ts'

/** What a proxy needs from the world, and what holds for all proxies of a process. */
export interface ProxyWorld {
  sockets: Sockets
  after: After
  clock: Pick<Clock, 'now' | 'monotonicMs'>
  seed: number
  /** Toxiproxy's semantics where ours are better. */
  isCompat: boolean
  /** A toxic touched something for the first time. */
  onBit(proxy: string, toxic: InstalledToxic): void
}

export interface Traffic {
  /** Read from the side that sends. */
  received: Record<Direction, number>
  /** Written to the other side; less than received while a toxic holds or drops. */
  sent: Record<Direction, number>
  connections: { open: number; total: number }
}

export interface EdgeProxy {
  readonly name: string
  readonly traffic: Traffic
  isListening(): boolean
  /** Where it listens; only while it does. */
  address(): HostPort | undefined
  /** Rejects with a system error when it cannot listen there. */
  start(listen: HostPort, upstream: HostPort): Promise<HostPort>
  /** Closes the listener and all connections. */
  stop(): void
  /** New connections go there; those that are open stay where they are. */
  moveTo(upstream: HostPort): void
  /**
   * For a server that hands over to another one: new connections wait until `moveTo` says where to, or go on
   * as before after that time.
   */
  wait(ms: number): void
  /** In the order in which they were set. */
  toxics(): readonly InstalledToxic[]
  /** The toxics from now on, also on the connections that are open. */
  setToxics(toxics: readonly InstalledToxic[]): void
}

const longestTurnMs = 2

export function createEdgeProxy(name: string, world: ProxyWorld): EdgeProxy {
  const { sockets, after, clock, seed, isCompat } = world
  const open = new Set<Connection>()
  const traffic: Traffic = {
    received: { upstream: 0, downstream: 0 },
    sent: { upstream: 0, downstream: 0 },
    connections: { open: 0, total: 0 },
  }
  let toxics: readonly InstalledToxic[] = []
  let listener: SocketListener | undefined
  /** Where new connections go; undefined while there are to be none. */
  let target: HostPort | undefined
  /** Clients that wait for a server; undefined: nobody has to. */
  let waiting: Set<() => void> | undefined
  let stopWaiting = (): void => {}

  const letThrough = (): void => {
    stopWaiting()
    const all = waiting ?? []
    waiting = undefined
    for (const go of all) go()
  }

  /** Connections that do not have the toxics of now yet. */
  const unarranged = new Set<Connection>()
  // What waited in a toxic goes out when it is removed, and that may be gigabytes on thousands of
  // connections: the API answers in between.
  const arrangeSome = (): void => {
    const untilMs = clock.monotonicMs() + longestTurnMs
    for (const connection of unarranged) {
      unarranged.delete(connection)
      connection.arrange()
      if (clock.monotonicMs() > untilMs) break
    }
    if (unarranged.size > 0) after(0, arrangeSome)
  }

  /** Nothing is read of it meanwhile, so all that it can tell is that it is gone. */
  const acceptLater = (client: SocketEnd, queue: Set<() => void>): SocketEndEvents => {
    let events: SocketEndEvents | undefined
    const go = (): void => void (events = accept(client))
    queue.add(go)
    return {
      received: (bytes) => events?.received(bytes),
      ended: () => events?.ended(),
      drained: () => events?.drained(),
      closed(code) {
        queue.delete(go)
        events?.closed(code)
      },
    }
  }

  const accept: Parameters<Sockets['listen']>[1] = (client) => {
    if (waiting !== undefined) return acceptLater(client, waiting)
    if (target === undefined) return refuse(client)
    const number = ++traffic.connections.total
    traffic.connections.open++
    /** When this connection got each toxic. */
    const since = new WeakMap<InstalledToxic, number>()
    const startOf = (toxic: InstalledToxic): number => {
      const startMs = since.get(toxic) ?? clock.monotonicMs()
      since.set(toxic, startMs)
      return startMs
    }
    const connection = openConnection({
      client,
      upstream: target,
      sockets,
      after,
      isCompat,
      nowMs: () => clock.monotonicMs(),
      links: (direction) =>
        toxics
          .filter((toxic) => toxic.direction === direction)
          .flatMap((toxic) => {
            const startMs = startOf(toxic)
            const link = linkOf(toxic, {
              connection: number,
              proxy: name,
              seed,
              startMs,
              isCompat,
              now: () => clock.now(),
              bit: (one) => world.onBit(name, one),
            })
            return link === undefined ? [] : [link]
          }),
      received: (direction, bytes) => (traffic.received[direction] += bytes),
      sent: (direction, bytes) => (traffic.sent[direction] += bytes),
      gone() {
        open.delete(connection)
        unarranged.delete(connection)
        traffic.connections.open--
      },
    })
    open.add(connection)
    return connection.events
  }

  return {
    name,
    traffic,
    isListening: () => listener !== undefined,
    address: () => listener?.address,
    async start(listen, upstream) {
      target = upstream
      listener = await sockets.listen(listen, accept)
      return listener.address
    },
    wait(ms) {
      stopWaiting()
      waiting ??= new Set()
      stopWaiting = after(ms, letThrough)
    },
    stop() {
      listener?.close()
      listener = undefined
      target = undefined
      letThrough()
      for (const connection of open) connection.close()
    },
    moveTo(upstream) {
      if (target !== undefined) target = upstream
      letThrough()
    },
    toxics: () => toxics,
    setToxics(wanted) {
      toxics = wanted
      const isUnderWay = unarranged.size > 0
      for (const connection of open) unarranged.add(connection)
      if (!isUnderWay) arrangeSome()
    },
  }
}

/** A connection that the kernel had taken before the listener was closed. */
function refuse(client: SocketEnd): SocketEndEvents {
  client.reset()
  return { received() {}, ended() {}, drained() {}, closed() {} }
}
