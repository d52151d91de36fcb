import { expect, test } from 'vitest'
import { edgeFaultKinds } from '../../src/chaos/edge-fault.ts'
import { faultKinds } from '../../src/chaos/faults.ts'

test('a partition has its edge for itself: it conflicts with every fault that can stand on one', () => {
  const onEdges = faultKinds.filter(({ target }) => target === 'edge').map(({ kind }) => kind)
  expect(edgeFaultKinds.toSorted()).toEqual(onEdges.toSorted())
})
