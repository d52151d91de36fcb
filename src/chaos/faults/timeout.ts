// timeout: nothing passes, and the connection is closed after a while.

import { edgeFault } from '../edge-fault.ts'

export const timeout = edgeFault({
  kind: 'timeout',
  summary: 'Let nothing through an edge, and close its connections after a time.',
  examples: ['order:payment --after 1s'],
  params: [{ name: 'after', unit: 'time', min: 1, max: 600_000, help: 'when a connection is closed' }],
  percentOf: 'connections',
  directions: ['down', 'up', 'both'],
  toxic: 'timeout',
  verb: 'swallowed',
  attributes: ({ after }) => ({ timeout: Math.round(Number(after)) }),
})
