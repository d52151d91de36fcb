// The load of the demo: the entry's default scenario, recorded while the steps watch.

import { join } from 'node:path'
import { diskFiles } from '../adapters/files.ts'
import type { LoadPlan } from '../load/plan.ts'
import { parseScenario } from '../load/scenario.ts'
import { given, type DemoScene, type OngoingLoad } from './demo-scene.ts'
import { runLoad } from './load.ts'
import { recordInto } from './recorded-load.ts'
import { openRun } from './runs.ts'

/** What is sent where; the rate and the time are the step's. */
export async function demoLoad({
  root,
  agent,
}: DemoScene): Promise<Pick<Required<LoadPlan>, 'target' | 'timeoutMs'>> {
  const { system, services } = await given(agent, 'an agent').status()
  const baseUrl = services.find(({ name }) => name === system.entry)!.url
  const file = join('load', 'default.yaml')
  const scenario = parseScenario(await diskFiles.read(join(root, file)), file)
  return { target: { baseUrl, scenario }, timeoutMs: 5_000 }
}

/** Resolves when the first arrival is due. */
export async function startLoad(scene: DemoScene): Promise<OngoingLoad> {
  const { plan, options } = scene
  const { system } = await given(scene.agent, 'an agent').status()
  const { target, timeoutMs } = await demoLoad(scene)
  scene.run = await openRun({
    system: system.name,
    kind: 'demo',
    title: `${plan.victim} killed at ${plan.ratePerSecond} rps`,
    target: 'url' in target ? target.url : target.baseUrl,
  })

  const stop = new AbortController()
  const started = Promise.withResolvers<number>()
  const intervals: OngoingLoad['intervals'] = []
  const acknowledged: OngoingLoad['acknowledged'] = []
  const done = runLoad(
    { target, timeoutMs, ratePerSecond: plan.ratePerSecond, durationMs: plan.loadMs },
    recordInto(scene.run, {
      signal: AbortSignal.any([stop.signal, options.signal]),
      onStarted: (at) => started.resolve(at),
      onInterval: (interval) => {
        intervals.push(interval)
        options.watch.interval(interval)
      },
      onAcknowledged: (lines) => acknowledged.push(...lines),
    }),
  )
  const startedAt = await Promise.race([started.promise, done.then((report) => report.startedAt)])
  return (scene.load = { startedAt, intervals, acknowledged, done, stop: () => stop.abort() })
}
