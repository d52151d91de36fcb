// slow-close: the end of a connection is told late; its data is not.

import { edgeFault } from '../edge-fault.ts'

export const slowClose = edgeFault({
  kind: 'slow-close',
  summary: 'Tell the end of connections on an edge late.',
  examples: ['order:payment --delay 2s'],
  params: [{ name: 'delay', unit: 'time', min: 1, max: 60_000, help: 'how late the end is' }],
  percentOf: 'connections',
  directions: ['down', 'up', 'both'],
  toxic: 'slow_close',
  verb: 'held back',
  events: 'ends',
  attributes: ({ delay }) => ({ delay: Math.round(Number(delay)) }),
})
