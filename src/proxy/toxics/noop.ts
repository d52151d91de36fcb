// noop: nothing happens. It shows that a chain is there and counts what passes.

import { largeBuffer, pass, type ToxicKind } from '../toxic.ts'

export const noop: ToxicKind = {
  type: 'noop',
  attributes: [],
  bufferBytes: largeBuffer,
  stage: () => ({ take: (item, nowMs) => [pass(item, nowMs)] }),
}
