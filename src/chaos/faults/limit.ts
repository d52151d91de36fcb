// limit: so many bytes pass on a connection, then it is closed.

import { edgeFault } from '../edge-fault.ts'

export const limit = edgeFault({
  kind: 'limit',
  summary: 'Close the connections of an edge after so many bytes.',
  examples: ['order:payment --bytes 2KB'],
  params: [
    { name: 'bytes', unit: 'bytes', min: 0, max: 1_000_000_000, help: 'how much passes on each connection' },
  ],
  percentOf: 'connections',
  directions: ['down', 'up', 'both'],
  toxic: 'limit_data',
  verb: 'limited',
  attributes: ({ bytes }) => ({ bytes: Number(bytes) }),
})
