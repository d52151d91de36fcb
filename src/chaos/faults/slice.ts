// slice: data arrives in small pieces.

import { errors } from '../../errors.ts'
import { formatBytes } from '../../system/size.ts'
import { edgeFault } from '../edge-fault.ts'

export const slice = edgeFault({
  kind: 'slice',
  summary: 'Cut what passes on an edge into small pieces.',
  examples: ['order:payment --size 16B --delay 1ms'],
  params: [
    { name: 'size', unit: 'bytes', min: 1, max: 1_000_000, help: 'how large a piece is' },
    {
      name: 'variation',
      unit: 'bytes',
      min: 0,
      max: 1_000_000,
      default: 0,
      help: 'up to so much larger or smaller',
    },
    {
      name: 'delay',
      unit: 'time',
      min: 0,
      max: 1000,
      default: 0,
      help: 'how long it is until the next piece',
    },
  ],
  percentOf: 'connections',
  directions: ['down', 'up', 'both'],
  toxic: 'slicer',
  verb: 'sliced',
  attributes: ({ size, variation, delay }) => ({
    average_size: Number(size),
    size_variation: Number(variation),
    delay: Math.round(Number(delay) * 1000),
  }),
  refuse({ size, variation }) {
    if (Number(variation) > Number(size))
      throw errors.badValue('variation', formatBytes(Number(variation)), 'at most the size')
  },
})
