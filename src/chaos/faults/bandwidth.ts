// bandwidth: a slow line.

import { edgeFault } from '../edge-fault.ts'

export const bandwidth = edgeFault({
  kind: 'bandwidth',
  summary: 'Let only so much through an edge each second.',
  examples: ['order:payment --rate 10KB/s'],
  params: [
    { name: 'rate', unit: 'rate', min: 1000, max: 1_000_000_000, help: 'how much passes, in steps of 1KB/s' },
  ],
  percentOf: 'connections',
  directions: ['down', 'up', 'both'],
  toxic: 'bandwidth',
  verb: 'slowed',
  attributes: ({ rate }) => ({ rate: Math.round(Number(rate) / 1000) }),
})
