// latency: what passes is late, one way; the order stays.

import { edgeFault } from '../edge-fault.ts'

export const latency = edgeFault({
  kind: 'latency',
  summary: 'Delay what passes on an edge.',
  examples: [
    'order:payment --latency 100ms',
    'order:payment --latency 100ms --jitter 10ms --for 30s --percent 50',
  ],
  params: [
    { name: 'latency', unit: 'time', min: 1, max: 60_000, help: 'how late everything is' },
    { name: 'jitter', unit: 'time', min: 0, max: 60_000, default: 0, help: 'up to so much earlier or later' },
  ],
  percentOf: 'connections',
  directions: ['down', 'up', 'both'],
  toxic: 'latency',
  verb: 'delayed',
  attributes: ({ latency, jitter }) => ({
    latency: Math.round(Number(latency)),
    jitter: Math.round(Number(jitter)),
  }),
})
