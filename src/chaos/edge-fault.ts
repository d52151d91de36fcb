// What the faults on edges have in common: toxics on the edge's proxy, in one direction or both, under a lease
// that the proxy keeps as well.
//
//   apply  the toxics are set
//   bite   the proxy tells that one touched something: later, when nothing comes by now
//   undo   the toxics are gone, and a request through the edge is answered again

import { errors } from '../errors.ts'
import type { FaultDeclaration } from '../system/fault-declaration.ts'
import type { ParameterValues } from '../system/parameters.ts'
import type { Touched } from '../system/proxy-api.ts'
import { formatBytes } from '../system/size.ts'
import type { FaultKind, FaultOrder, ToxicOrder } from './fault.ts'

export interface EdgeFault extends Omit<FaultDeclaration, 'target' | 'defaultLeaseMs'> {
  /** As Toxiproxy calls it. */
  toxic: string
  /** What it does to what it touches: "delayed". */
  verb: string
  /** What an event of it is: "requests"; absent: connections that it ended. */
  events?: string
  attributes(params: ParameterValues, order: FaultOrder): ToxicOrder['attributes']
}

const edgeLeaseMs = 60_000
/** The agent ends its faults itself; the proxy's own lease is for when it cannot, and must not come first. */
export const slackMs = 2000

/** All faults that stand on an edge. A partition lets nothing through that another one could touch. */
export const edgeFaultKinds = [
  'latency',
  'bandwidth',
  'loss',
  'partition',
  'reset',
  'slow-close',
  'timeout',
  'limit',
  'slice',
  'http',
]

export const claimOf = (kind: string, edge: string): string => `${kind} of ${edge}`

export function edgeFault(fault: EdgeFault): FaultKind {
  const { toxic, attributes } = fault
  return {
    ...fault,
    target: 'edge',
    defaultLeaseMs: edgeLeaseMs,
    claims: (edge) => [claimOf(fault.kind, edge)],
    prepare(order) {
      const { id, target, params } = order
      const edges = edgesOf(order)
      const { direction, percent } = order
      const why = edges.whyNot?.({ kind: fault.kind, direction, percent })
      if (why !== undefined) throw errors.faultNotOnToxiproxy(fault.kind, why)
      const orders = streamsOf(order).map((stream): ToxicOrder => ({
        name: `${id}-${stream}`,
        type: toxic,
        stream,
        toxicity: fault.percentOf === 'connections' ? order.percent / 100 : 1,
        attributes: attributes(params, order),
        seed: order.seed,
        ttlMs: order.leaseMs + slackMs,
      }))
      return {
        bites: 'with-traffic',
        async apply() {
          for (const one of orders) await edges.add(target, one)
          return {
            pids: [],
            bite: async (signal) =>
              evidence(
                fault,
                await Promise.any(orders.map(({ name }) => edges.untilBit(target, name, signal))),
              ),
          }
        },
        async undo(signal) {
          const all = []
          for (const { name } of orders) all.push(await edges.remove(target, name))
          await edges.untilWhole(target, signal)
          const touched = all.reduce(add)
          return isNothing(touched) ? undefined : evidence(fault, touched)
        },
      }
    },
  }
}

export function edgesOf({ fleet, target }: FaultOrder) {
  if (fleet.edges === undefined) throw errors.edgesAreDirect(target)
  return fleet.edges
}

const streamsOf = ({ direction }: FaultOrder): ToxicOrder['stream'][] => {
  switch (direction) {
    case 'up':
    case null:
      return ['upstream']
    case 'down':
      return ['downstream']
    case 'both':
      return ['upstream', 'downstream']
  }
}

const add = (one: Touched, other: Touched): Touched => ({
  bytes: one.bytes + other.bytes,
  events: one.events + other.events,
  connections: Math.max(one.connections, other.connections),
})

const isNothing = ({ bytes, events, connections }: Touched): boolean => bytes + events + connections === 0

/** "delayed 1.2KB on 3 connections", "broke 5 requests on 2 connections" */
function evidence({ verb, events = 'closings' }: EdgeFault, touched: Touched): string {
  const { bytes, connections } = touched
  const what = [
    ...(bytes > 0 || touched.events === 0 ? [formatBytes(bytes)] : []),
    ...(touched.events > 0
      ? [`${touched.events} ${touched.events === 1 ? events.replace(/s$/, '') : events}`]
      : []),
  ]
  return `${verb} ${what.join(' and ')} on ${connections} ${connections === 1 ? 'connection' : 'connections'}`
}
