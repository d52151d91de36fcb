// reset: connections end with a TCP reset (RST), those that are open as well.

import { edgeFault } from '../edge-fault.ts'

export const reset = edgeFault({
  kind: 'reset',
  summary: 'End the connections of an edge with a TCP reset.',
  examples: ['order:payment', 'order:payment --after 50ms --percent 30'],
  params: [
    {
      name: 'after',
      unit: 'time',
      min: 0,
      max: 60_000,
      default: 0,
      help: 'how long a connection lives first, unanswered',
    },
  ],
  percentOf: 'connections',
  toxic: 'reset_peer',
  verb: 'reset',
  attributes: ({ after }) => ({ timeout: Math.round(Number(after)) }),
})
