// partition: the two sides of an edge do not reach each other.
//
//   blackhole  connections open, and what is sent on them is swallowed. A proxy in user space cannot drop the
//              handshake as a firewall can: a black hole begins after it.
//   refuse     the proxy does not listen: open connections are closed, new ones refused by the kernel

import { claimOf, edgeFault, edgeFaultKinds, edgesOf, slackMs } from '../edge-fault.ts'
import type { FaultKind } from '../fault.ts'

const blackhole = edgeFault({
  kind: 'partition',
  summary: 'Cut the two sides of an edge off from each other.',
  examples: ['order:payment --for 10s', 'order:payment --how refuse'],
  params: [
    {
      name: 'how',
      unit: 'choice',
      choices: ['blackhole', 'refuse'],
      default: 'blackhole',
      help: 'whether connections hang or are refused',
    },
  ],
  toxic: 'timeout',
  verb: 'swallowed',
  attributes: () => ({ timeout: 0 }),
})

export const partition: FaultKind = {
  ...blackhole,
  claims: (edge) => edgeFaultKinds.map((kind) => claimOf(kind, edge)),
  prepare(order) {
    if (order.params['how'] === 'blackhole') return blackhole.prepare({ ...order, direction: 'both' })
    const edges = edgesOf(order)
    const { target, leaseMs } = order
    let seen: string | undefined
    return {
      async apply() {
        const cut = await edges.close(target, leaseMs + slackMs)
        return {
          pids: [],
          // What the kernel refuses, the proxy does not see; so we try it ourselves.
          async bite() {
            const found = await edges.probe(target)
            if (found !== 'refused') throw new Error(`a new connection was ${found}`)
            seen = `a new connection is refused; ${cut} that were open are closed`
            return seen
          },
        }
      },
      async undo(signal) {
        await edges.open(target)
        await edges.untilWhole(target, signal)
        return seen
      },
    }
  },
}
