// loss, emulated: a proxy sees no packets. What an application feels of a lost packet is the wait until it is
// sent again, so that is what this does.

import { edgeFault } from '../edge-fault.ts'

export const loss = edgeFault({
  kind: 'loss',
  summary: 'Emulate packet loss on an edge: stalls, as a lost packet causes them.',
  examples: ['order:payment --rate 5%', 'order:payment --rate 5% --correlation 50%'],
  params: [
    { name: 'rate', unit: 'percent', min: 0.1, max: 100, help: 'how many packets are lost' },
    {
      name: 'correlation',
      unit: 'percent',
      min: 0,
      max: 100,
      default: 0,
      help: 'how much losses come in bursts',
    },
  ],
  percentOf: 'connections',
  directions: ['down', 'up', 'both'],
  toxic: 'packet_loss',
  verb: 'stalled',
  events: 'packets',
  attributes: ({ rate, correlation }) => ({
    loss_rate: Number(rate) / 100,
    correlation: Number(correlation) / 100,
  }),
})
