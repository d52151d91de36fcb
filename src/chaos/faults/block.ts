// block: the event loop of a service stands still now and then, as with work that should not be done there.
//
//   needs  a running service whose process is Node itself (no wrapper such as npm), on Linux: elsewhere msvc
//          cannot be sure that it is Node, and the signal that it needs ends any other program
//   apply  SIGUSR1 opens the inspector on a free loopback port; a timer that spins is set; the inspector
//          closes as soon as we have left it (tens of milliseconds)
//   bite   an answer of /readyz was late by half a stall at least
//   undo   the same way in, the timer is taken away; done when /readyz answers. The timer ends by itself when its
//          time is over, whatever happens to us

import { errors } from '../../errors.ts'
import type { FaultKind } from '../fault.ts'
import { processOf, requireRunning, untilReady, untilSeen } from '../see.ts'

const leastGapMs = 50
const answerWithinMs = 10_000

export const block: FaultKind = {
  kind: 'block',
  target: 'service',
  summary: 'Block the event loop of a service now and then; only Node services, on Linux.',
  description:
    "It comes in through Node's inspector, which is open on a free loopback port for some milliseconds.\n" +
    'Other services are refused: nothing else is a blocked event loop. To freeze any process, use pause.',
  examples: ['payment', 'payment --stall 2s --every 5s --for 1m'],
  defaultLeaseMs: 60_000,
  params: [
    { name: 'stall', unit: 'time', min: 10, max: 2000, default: 500, help: 'how long it stands still' },
    {
      name: 'every',
      unit: 'time',
      min: 60,
      max: 60_000,
      default: 1000,
      help: 'from the beginning of one stall to that of the next',
    },
  ],
  claims: (service) => [processOf(service)],

  prepare(order) {
    const { id, target, params, leaseMs, fleet, clock } = order
    const [stallMs, everyMs] = [Number(params['stall']), Number(params['every'])]
    requireRunning('block', target, fleet)
    if (everyMs < stallMs + leastGapMs) {
      throw errors.badValue(
        'every',
        `${everyMs}ms`,
        `${leastGapMs} ms more than the stall of ${stallMs} ms, or above`,
      )
    }
    const why = fleet.processes.whyNoEventLoop(target)
    if (why !== undefined) throw errors.faultImpossible('block', target, why)
    const reached = { isSet: false }
    return {
      async apply() {
        const process = fleet.hold(target, id)
        if (process === undefined) {
          throw errors.faultTouchesNothing('block', target, 'its process had just ended')
        }
        const { isReady, afterMs: usualMs } = await fleet.processes.ask(target, answerWithinMs)
        // A process that is not there yet may not know the signal yet, and would be ended by it.
        if (!isReady) throw errors.faultTouchesNothing('block', target, 'it is not ready')
        reached.isSet = true
        await fleet.processes.stall(target, { stallMs, everyMs, forMs: leaseMs })
        return {
          pids: [process.pid],
          async bite(signal) {
            const longest = await untilSeen({ clock, signal }, async () => {
              const answer = await fleet.processes.ask(target, answerWithinMs)
              const isLate = answer.isReady && answer.afterMs >= usualMs + stallMs / 2
              return isLate ? answer.afterMs : undefined
            })
            return `/readyz took ${Math.round(longest)} ms, and ${Math.round(usualMs)} ms before`
          },
        }
      },
      async undo(signal) {
        const isThere = reached.isSet && fleet.whyDown(target) === undefined
        const stalls = isThere ? await fleet.processes.endStalls(target) : undefined
        await fleet.release(target, signal)
        await untilReady(order, signal)
        return stalls && `stood still ${stalls.count} times, ${Math.round(stalls.stalledMs)} ms in all`
      },
    }
  },
}
