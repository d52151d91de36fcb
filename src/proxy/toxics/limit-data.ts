// limit_data: exactly `bytes` bytes pass on each connection, then it is closed. An update keeps the count.

import { count, numberOf } from '../attributes.ts'
import { pass, smallBuffer, type ToxicKind } from '../toxic.ts'

export const limitData: ToxicKind = {
  type: 'limit_data',
  attributes: [count('bytes')],
  bufferBytes: smallBuffer,
  stage(attributes, { carried = 0 }) {
    const limit = numberOf(attributes, 'bytes')
    let passed = carried
    return {
      carry: () => passed,
      take(item, nowMs) {
        if (item.kind === 'end') return [pass(item, nowMs)]
        const bytes = item.bytes.subarray(0, Math.max(0, limit - passed))
        passed += bytes.length
        const part = bytes.length > 0 ? [pass({ kind: 'data', bytes }, nowMs)] : []
        return passed < limit ? part : [...part, { kind: 'close', dueMs: nowMs }]
      },
    }
  },
}
