// The edges of a running fleet: our own proxies, and behind them those of a foreign Toxiproxy server where that is
// to make the faults.

import { edgeProxies, type EdgeProxies, type EdgeProxiesParts } from './edge-proxies.ts'
import { undoGuest } from './guest-faults.ts'
import type { FleetPlan } from './plan-fleet.ts'
import { throughToxiproxy } from './toxiproxy-edges.ts'
import { toxiproxyServer, type ToxiproxyPlace } from './toxiproxy-server.ts'

export interface AgentEdgesParts extends Omit<
  EdgeProxiesParts,
  'edges' | 'upstreams' | 'behind' | 'onLost' | 'onGuest'
> {
  fleet: FleetPlan
  toxiproxy: ToxiproxyPlace | undefined
  isHalted(): boolean
  /** Proxies ended, and nobody had asked for it. */
  onLost(reason: string, whatNow: string): void
}

export function agentEdges(parts: AgentEdgesParts): EdgeProxies {
  const { fleet, toxiproxy: place, isHalted, onLost, ...rest } = parts
  const upstreams = Object.fromEntries(fleet.services.map(({ name, port }) => [name, port]))
  const toxiproxy =
    place &&
    toxiproxyServer({
      place,
      edges: fleet.edges.map(({ name, callee }) => ({ name, upstream: upstreams[callee] ?? 0 })),
      clock: rest.clock,
      onLost: (reason) => onLost(reason, 'its proxies are made again when it is back'),
    })
  const own = edgeProxies({
    ...rest,
    edges: fleet.edges,
    upstreams,
    ...(toxiproxy && { behind: toxiproxy }),
    onLost(reason) {
      onLost(reason, 'it starts again')
      void toxiproxy?.clear({ isAll: true }).catch(() => {}) // it is gone too, and its toxics with it
    },
    onGuest(guest) {
      if (isHalted()) void undoGuest(edges, guest).catch(() => {}) // it went by itself
    },
  })
  const edges = toxiproxy ? throughToxiproxy(own, toxiproxy) : own
  return edges
}
