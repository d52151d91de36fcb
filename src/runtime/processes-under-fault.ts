// What chaos may do to processes, with what the agent has.

import { availableParallelism } from 'node:os'
import { systemClock } from '../adapters/clock.ts'
import { endStalls, stallTold, startStalls } from '../adapters/event-loop-stall.ts'
import { probeHttp } from '../adapters/http-probe.ts'
import { inspectorAddress, isNodeProcess } from '../adapters/node-inspector.ts'
import { lookAt } from '../adapters/process-look.ts'
import type { ProcessesUnderFault } from '../chaos/processes-under-fault.ts'
import type { ServicePlan } from '../fleet/launch-plan.ts'
import type { Supervisor } from '../fleet/supervisor.ts'
import type { ServiceProcess } from '../ports.ts'
import type { Burners } from './burners.ts'
import type { LogFeed } from './log-feed.ts'

export interface ProcessParts {
  supervisor: Supervisor
  plans: ServicePlan[]
  burners: Burners
  feed: LogFeed
}

/** A process answers its inspector between two lines of code; longer than the longest stall it never takes. */
const inspectorWithinMs = 15_000
const knockEveryMs = 500
const megabyte = 1_000_000

export function processesUnderFault({ supervisor, plans, burners, feed }: ProcessParts): ProcessesUnderFault {
  const processOf = (service: string): ServiceProcess | undefined =>
    supervisor.running().find((process) => process.service === service)

  /** Opens the inspector of the service's process; it says on its stderr where. */
  function inspectorOf(service: string, signal: AbortSignal): Promise<string> {
    const running = processOf(service)
    if (running === undefined || !isNodeProcess(running.pid)) throw new Error(`${service} does not run`)
    const opened = new AbortController()
    return new Promise((resolve, reject) => {
      const unsubscribe = feed.subscribe(({ service: of, line }) => {
        const address = of === service ? inspectorAddress(line) : undefined
        if (address === undefined) return
        leave()
        resolve(address)
      })
      const leave = (): void => {
        unsubscribe()
        opened.abort()
      }
      signal.addEventListener('abort', () => {
        leave()
        reject(new Error('its inspector did not open', { cause: signal.reason }))
      })
      void knock(running.pid, opened.signal)
    })
  }

  /** Again until it opens: an inspector that is about to close from the last time does not hear it. */
  async function knock(pid: number, opened: AbortSignal): Promise<void> {
    while (!opened.aborted) {
      // To the one process, never to its group: whoever does not know the signal is ended by it.
      if (isNodeProcess(pid)) process.kill(pid, 'SIGUSR1')
      await systemClock.sleep(knockEveryMs, opened).catch(() => {}) // opened: the loop ends
    }
  }

  return {
    look: lookAt,
    async ask(service, withinMs) {
      const url = plans.find(({ name }) => name === service)?.readyUrl ?? ''
      const beganAt = systemClock.monotonicMs()
      const status = await probeHttp.get(url, withinMs).then(
        (answer) => answer.status,
        () => 0, // refused, reset or silent: not ready
      )
      return { isReady: status === 200, afterMs: systemClock.monotonicMs() - beganAt }
    },
    whyNoEventLoop(service) {
      if (process.platform !== 'linux') return 'only Linux tells for certain that its process is Node'
      const running = processOf(service)
      if (running === undefined) return 'it does not run'
      return isNodeProcess(running.pid) ? undefined : 'its process is not Node'
    },
    async stall(service, plan) {
      const signal = AbortSignal.timeout(inspectorWithinMs)
      const firstMs = new Promise<number>((resolve) => {
        const leave = feed.subscribe(({ service: of, line }) => {
          const toldMs = of === service ? stallTold(line) : undefined
          if (toldMs === undefined) return
          leave()
          resolve(toldMs)
        })
      })
      await startStalls(await inspectorOf(service, signal), plan, signal)
      return { firstMs }
    },
    async endStalls(service) {
      const signal = AbortSignal.timeout(inspectorWithinMs)
      return endStalls(await inspectorOf(service, signal), signal)
    },
    burn: (order) => burners.burn(order),
    spare: () => ({
      cores: availableParallelism(),
      memoryMb: process.availableMemory() / 2 / megabyte,
    }),
  }
}
