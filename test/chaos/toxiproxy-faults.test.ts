import { expect, test } from 'vitest'
import { edgeFaultKinds } from '../../src/chaos/edge-fault.ts'
import { whyNotOnToxiproxy, type FaultOnToxiproxy } from '../../src/chaos/toxiproxy-faults.ts'

const whole = { direction: 'both' as const, percent: 100 }

test('a foreign Toxiproxy server can make the faults whose bite our own counter shows', () => {
  const possible = edgeFaultKinds.filter((kind) => whyNotOnToxiproxy({ kind, ...whole }) === undefined)
  expect(possible).toEqual(['latency', 'bandwidth', 'partition', 'reset', 'timeout', 'slice'])
})

test.each<[FaultOnToxiproxy, RegExp]>([
  [{ kind: 'http', ...whole }, /no HTTP/],
  [{ kind: 'loss', ...whole }, /packet loss/],
  [{ kind: 'limit', ...whole }, /came to its limit/],
  [{ kind: 'slow-close', ...whole }, /held back/],
  [{ kind: 'timeout', direction: 'down', percent: 100 }, /say --direction up or both/],
  [{ kind: 'latency', direction: 'down', percent: 99 }, /which connections it breaks/],
])('%o is refused, with the reason', (fault, why) => {
  expect(whyNotOnToxiproxy(fault)).toMatch(why)
})
