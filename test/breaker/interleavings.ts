// Every order in which the steps of two callers can fall when the open time is over: at most one of them
// may make the change to half-open, and nobody else may come in with it.

import type { Subject } from './contenders/contender.ts'
import type { Finding } from './flaws.ts'
import type { VirtualTime } from './virtual-time.ts'

export async function interleavings(
  create: () => Subject,
  time: VirtualTime,
  trip: (subject: Subject, time: VirtualTime) => Promise<number>,
): Promise<Finding> {
  let bothAdmitted = 0
  const orders = ordersOf(2, 2)
  for (const order of orders) {
    using subject = create()
    await trip(subject, time)
    await time.advance(1250)
    const callers = [subject.admissionSteps!(), subject.admissionSteps!()]
    const isAdmitted = [false, false]
    for (const who of order) {
      const step = callers[who]!.next()
      if (step.done === true && step.value) isAdmitted[who] = true
    }
    if (isAdmitted.every(Boolean)) bothAdmitted += 1
  }
  return { passes: bothAdmitted === 0, saw: `both admitted in ${bothAdmitted} of ${orders.length} orders` }
}

/** All orders of `a` steps of caller 0 and `b` steps of caller 1. */
function ordersOf(a: number, b: number): number[][] {
  if (a === 0 && b === 0) return [[]]
  return [
    ...(a > 0 ? ordersOf(a - 1, b).map((rest) => [0, ...rest]) : []),
    ...(b > 0 ? ordersOf(a, b - 1).map((rest) => [1, ...rest]) : []),
  ]
}
