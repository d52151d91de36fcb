// The edges of a fleet whose faults a foreign Toxiproxy server makes.
//
//   caller ──▶ our proxy of the edge ──▶ its proxy on the server ──▶ callee
//              counts what passes        breaks it
//
// The server does not tell what a toxic touched, and without that nobody can say whether a fault bit. So our
// own proxy stays before it, with a toxic that only counts (`noop`) for as long as the fault is there.

import { whyNotOnToxiproxy } from '../chaos/toxiproxy-faults.ts'
import type { EdgeProxies } from './edge-proxies.ts'
import type { ToxiproxyServer } from './toxiproxy-server.ts'

export function throughToxiproxy(own: EdgeProxies, server: ToxiproxyServer): EdgeProxies {
  return {
    ...own,
    // A Toxiproxy server cuts what is open when it is led elsewhere.
    canLead: false,
    whyNot: whyNotOnToxiproxy,
    async start() {
      await server.start()
      await own.start()
    },
    async stop() {
      await own.stop()
      await server.stop().catch(() => {}) // it ended before us: nothing of ours is left on it
    },
    // What is counted has met the toxic: the counter comes after it, and goes before it.
    async add(edge, toxic) {
      await server.add(edge, toxic)
      await own.add(edge, { ...toxic, type: 'noop', toxicity: 1, attributes: {} })
    },
    async remove(edge, toxic) {
      const counted = own.remove(edge, toxic)
      await counted.catch(() => {}) // told below: what breaks has to go in any case
      await server.remove(edge, toxic)
      return counted
    },
    removeUntold: () => server.clear({ isAll: false }),
  }
}
