// A thread of the generator: the engine, its connections and its pacer, away from the live view.

// Not the global: that is a getter, which is called for each look at the clock.
import { performance } from 'node:perf_hooks'
import { parentPort, workerData } from 'node:worker_threads'
import { monotonicMs } from '../adapters/load-metronome.ts'
import { startPacer } from '../adapters/load-pacer.ts'
import { watchThread } from '../adapters/load-watch.ts'
import type { LoadJob, LoadMessage, LoadOrder } from './load-job.ts'
import { playPart, wireOpener } from './load-part.ts'
import { rehearse } from './load-rehearsal.ts'

async function generate(job: LoadJob, port: NonNullable<typeof parentPort>): Promise<void> {
  const tell = (message: LoadMessage): void => port.postMessage(message)
  const connect = await wireOpener(job)
  await rehearse(job)
  const pacer = await startPacer(job.pacing)
  tell({ type: 'ready' })
  const startMs = (await startOrder(port)) - monotonicMs() + performance.now()
  const watch = watchThread()
  const { engine, ended, tellAcknowledged } = playPart(job, { connect, pacer, tell, speed: 1 }, startMs)
  let isInterrupted = false
  port.on('message', () => {
    isInterrupted = true
    engine.stop()
  })
  await ended
  const elapsedMs = performance.now() - startMs
  const { cpuMs, ...use } = watch.read()
  const pacerCpuMs = await pacer.stop()
  tellAcknowledged()
  tell({
    type: 'done',
    end: {
      ...use,
      elapsedMs,
      isInterrupted,
      localLimits: engine.localLimits(),
      cpuMs: cpuMs === null ? null : cpuMs + pacerCpuMs,
      connections: engine.peakConnections(),
    },
  })
  port.close()
}

/** The first order that a thread gets. */
const startOrder = (port: NonNullable<typeof parentPort>): Promise<number> =>
  new Promise((resolve) => {
    port.once('message', (order: LoadOrder) => {
      if (order.type === 'start') resolve(order.atMonotonicMs)
    })
  })

if (parentPort !== null) await generate(workerData as LoadJob, parentPort)
