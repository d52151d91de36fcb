// Services and edges → lines of a tree that a person can read from the top: breadth first from the entry, so
// that each service stands as near to it as it is. `follows` edges are walked backwards, from who is read to
// who reads, because that is where the news goes.
//
//   gateway
//   └─ order                 gateway:order
//      ├─ payment            order:payment
//      └─ notification       notification:order, which notification has a breaker for

export interface TopologyEdge {
  name: string
  kind: 'call' | 'follow' | 'client'
}

export interface TopologyRow {
  service: string
  depth: number
  /** How it is reached; null for the entry and for what nobody reaches. */
  edge: TopologyEdge | null
  /** The service has a row already: the edge is one more way to it. */
  isAgain: boolean
}

/** Every service has one row of its own, every edge between two services stands in one row. */
export function topologyOf(
  entry: string,
  services: readonly string[],
  edges: readonly TopologyEdge[],
): TopologyRow[] {
  const ways = Map.groupBy(edges.flatMap(wayOf), ({ from }) => from)
  const reached = new Map<string, Way | null>()

  function reach(root: string): void {
    if (reached.has(root)) return
    reached.set(root, null)
    const queue = [root]
    for (const from of queue) {
      for (const way of ways.get(from) ?? []) {
        if (reached.has(way.to)) continue
        reached.set(way.to, way)
        queue.push(way.to)
      }
    }
  }

  function below(service: string, depth: number): TopologyRow[] {
    return (ways.get(service) ?? []).flatMap((way) => {
      const isFirst = reached.get(way.to) === way
      const row = { service: way.to, depth: depth + 1, edge: way.edge, isAgain: !isFirst }
      return isFirst ? [row, ...below(way.to, depth + 1)] : [row]
    })
  }

  for (const service of [entry, ...services]) reach(service)
  const roots = [...reached].filter(([, way]) => way === null).map(([service]) => service)
  return roots.flatMap((service) => [{ service, depth: 0, edge: null, isAgain: false }, ...below(service, 0)])
}

interface Way {
  from: string
  to: string
  edge: TopologyEdge
}

function wayOf(edge: TopologyEdge): Way[] {
  const [caller = '', callee = ''] = edge.name.split(':')
  if (edge.kind === 'client') return []
  return edge.kind === 'call' ? [{ from: caller, to: callee, edge }] : [{ from: callee, to: caller, edge }]
}
