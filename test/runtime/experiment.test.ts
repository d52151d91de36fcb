// Experiments on real processes: each ends in the verdict that what happened deserves, and nothing stays
// broken, whoever ends it and however.

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { haltFaults } from '../../src/runtime/halt.ts'
import { listRuns } from '../../src/runtime/runs.ts'
import type { ExperimentResult } from '../../src/system/experiment-result.ts'
import { once, trialExperiment, trialFile, tryExperiment, type Trial } from '../fixtures/trial-experiment.ts'
import { eventOf, eventually } from '../fixtures/trial-system.ts'
import { startMsvc } from '../fixtures/typed-msvc.ts'
import { untilValid } from '../fixtures/until-valid.ts'

const slow = { tags: ['slow' as const] }

/** What was missed, and what was seen instead. */
const missedIn = ({ result }: Awaited<ReturnType<typeof tryExperiment>>) =>
  result.expectations.filter(({ met }) => !met).map(({ name }) => name)

describe.concurrent('an experiment ends in a verdict', slow, () => {
  test('PASS when nobody misses the victim', async () => {
    const { system, fleet } = await trialExperiment()
    await using _ = system
    const finished = await untilValid(() =>
      tryExperiment({ expect: ['{probe: page-ok, during: true}'] }, { system, fleet }),
    )
    expect(missedIn(finished)).toEqual([])
    const { result, folder } = finished
    expect(Object.keys(result)).toEqual('version verdict cleanup expectations faults load runId'.split(' '))
    expect(result).toMatchObject({
      verdict: 'PASS',
      cleanup: 'CLEAN',
      faults: [{ kind: 'kill', target: 'back', bit: true }],
      load: { target: expect.stringContaining('127.0.0.1') as string },
    })
    expect(result.expectations.map(({ name }) => name)).toEqual([
      'page-ok before',
      'kill back bites',
      'page-ok during kill back',
      'page-ok again',
    ])
    const [fault] = result.faults
    expect(fault!.healedAt! - fault!.startedAt!).toBeGreaterThanOrEqual(500)
    const [listed] = await listRuns(system.root)
    expect(listed).toMatchObject({ kind: 'experiment', verdict: 'PASS', title: 'trial', id: result.runId })
    expect(await readFile(join(folder, 'report.html'), 'utf8')).toContain('page-ok during kill back')
  })

  test('five arrivals a second are canaries, each with a trace of its own that the fleet believes', async () => {
    const { system, fleet } = await trialExperiment()
    await using _ = system
    const { result } = await tryExperiment({}, { system, fleet })
    const lines = fleet.agent.logs({ services: ['front'], tail: 1000 })
    const traces: string[] = []
    for await (const { line } of lines) {
      const [, who, trace = ''] = /"msg":"(canary|stranger) ([^"]*)"/.exec(line) ?? []
      expect(who).not.toBe('stranger')
      if (who === 'canary') traces.push(trace)
    }
    expect(traces).toHaveLength(Math.ceil(result.load!.schedule.arrivals / 8)) // of 40 a second
    expect(new Set(traces).size).toBe(traces.length)
    for (const trace of traces) expect(trace).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
  })

  test('DEVIATED, with the expectation named, when the victim is missed', async () => {
    const { system, fleet } = await trialExperiment()
    await using _ = system
    const trial: Trial = { victim: 'front', forMs: 1500, expect: ['{probe: page-ok, during: true}'] }
    const finished = await untilValid(() => tryExperiment(trial, { system, fleet }))
    const seen = JSON.stringify([finished.result.expectations, finished.result.load])
    expect(missedIn(finished), seen).toEqual(['page-ok during kill front'])
    expect(finished.result).toMatchObject({ verdict: 'DEVIATED', cleanup: 'CLEAN' })
  })

  test('NO-BASELINE, and nothing is broken, when the steady state does not hold before', async () => {
    const { system, fleet } = await trialExperiment()
    await using _ = system
    const finished = await tryExperiment({ route: 'missing' }, { system, fleet })
    expect(finished.result).toMatchObject({
      verdict: 'NO-BASELINE',
      cleanup: 'CLEAN',
      faults: [{ id: null }],
    })
    expect(finished.result.expectations).toMatchObject([
      { name: 'page-ok before', met: false },
      { name: 'kill back bites', met: false, judged: false },
      { name: 'page-ok again', met: false, judged: false },
    ])
    expect(finished.result.expectations[0]).not.toHaveProperty('judged')
    expect(await fleet.agent.faults()).toEqual([])
  })

  test('HALTED at once by a halt condition, and the victim is back before its time', async () => {
    const { system, fleet } = await trialExperiment()
    await using _ = system
    const halt = 'halt: [{metric: success_rate, route: page, below: 0.5, for: 1s}]'
    const finished = await tryExperiment({ victim: 'front', forMs: 60_000, halt }, { system, fleet })
    expect(finished.result).toMatchObject({ verdict: 'HALTED', cleanup: 'CLEAN' })
    expect(missedIn(finished)).toContain('halt: success_rate of page below 0.5 for 1s')
    const { services, faults } = await fleet.agent.status()
    expect(services.map(({ state }) => state)).toEqual(['ready', 'ready'])
    expect(faults).toMatchObject([{ state: 'healed' }])
  })

  test('HALTED when somebody ends its fault', async () => {
    const { system, fleet } = await trialExperiment()
    await using _ = system
    const onEvent = once('fault.bit', () => void fleet.agent.heal())
    const finished = await tryExperiment({ forMs: 60_000 }, { system, fleet, onEvent })
    expect(finished.result).toMatchObject({ verdict: 'HALTED', cleanup: 'CLEAN' })
    expect(missedIn(finished)).toContain('halt: by hand')
  })

  test('ERROR when its fault cannot be set', async () => {
    const { system, fleet } = await trialExperiment()
    await using _ = system
    const onEvent = once('load.interval', () => void haltFaults(system.root))
    const finished = await tryExperiment({}, { system, fleet, onEvent })
    expect(finished.result).toMatchObject({
      verdict: 'ERROR',
      cleanup: 'CLEAN',
      faults: [{ id: null, bit: false }],
    })
    expect(missedIn(finished)).toContain('kill back bites')
  })

  test('ERROR when the agent is killed meanwhile, with nothing left running', async () => {
    const { system, fleet } = await trialExperiment()
    await using _ = system
    const { pid } = (await fleet.agent.status()).agent
    const onEvent = once('fault.bit', () => process.kill(pid, 'SIGKILL'))
    const finished = await tryExperiment({ forMs: 60_000 }, { system, fleet, onEvent })
    expect(finished.result).toMatchObject({ verdict: 'ERROR', cleanup: 'CLEAN' })
    expect(missedIn(finished)).toContain('the agent answers')
  })

  test('an interrupt ends it well: everything is put back, and what was seen is recorded', async () => {
    const { system, fleet } = await trialExperiment()
    await using _ = system
    const ctrlC = new AbortController()
    const onEvent = once('fault.bit', () => ctrlC.abort(new Error('Interrupted.')))
    const run = { system, fleet, signal: ctrlC.signal, onEvent }
    const finished = await tryExperiment({ forMs: 60_000 }, run)
    expect(finished).toMatchObject({ isInterrupted: true, result: { verdict: 'HALTED', cleanup: 'CLEAN' } })
    expect(await fleet.agent.faults()).toMatchObject([{ state: 'healed' }])
    expect(finished.result.expectations.map(({ observed }) => observed)).not.toContain(
      'a fault was not healed',
    )
    expect(finished.result.faults).toMatchObject([{ healedAt: expect.any(Number) }])
  })

  test('nothing else breaks the system meanwhile, neither a hand nor another experiment', async () => {
    const { system, fleet } = await trialExperiment()
    await using _ = system
    const byHand = { kind: 'kill', target: 'back', forMs: 100 }
    const over = new AbortController()
    const heldBy = await fleet.agent.hold(over.signal) // as an experiment does
    const refusal = { code: 'experiment-under-way' }
    await expect(fleet.agent.fault(byHand)).rejects.toMatchObject(refusal)
    await expect(fleet.agent.checkFault(byHand)).rejects.toMatchObject(refusal)
    await expect(tryExperiment({ warmUp: '1s' }, { system, fleet })).rejects.toMatchObject(refusal)
    expect(await listRuns(system.root)).toEqual([])
    // Its warm-up would be load in the figures of the one that goes on.
    const asked: string[] = []
    for await (const { line } of fleet.agent.logs({ services: ['front'], tail: 1000 })) {
      if (line.includes('canary')) asked.push(line)
    }
    expect(asked).toEqual([])
    expect(await fleet.agent.fault({ kind: 'kill', target: 'front', forMs: 100 }, heldBy)).toMatchObject({
      id: 'f1',
    })
    over.abort()
    await fleet.agent.hold(new AbortController().signal) // one that has just hung up is waited for
  })

  test('it does not begin while another fault is going on', async () => {
    const { system, fleet } = await trialExperiment()
    await using _ = system
    await fleet.agent.fault({ kind: 'kill', target: 'back', forMs: 60_000 })
    await expect(tryExperiment({}, { system, fleet })).rejects.toThrow(/f1\) is going on already/)
  })
})

test('RESIDUAL, exit code 4 and what to do, when the victim does not come back', slow, async () => {
  const { system, fleet } = await trialExperiment('crash-on-demand')
  await using _ = system
  await writeFile(join(system.root, 'trial.yaml'), trialFile({ expect: ['{probe: page-ok, during: true}'] }))
  const { ended } = startMsvc(system.root, 'chaos run trial.yaml --json')
  await eventOf(fleet, ({ type }) => type === 'fault.bit', 60_000)
  await writeFile(join(system.root, '.msvc', 'data', 'back', 'broken'), '')
  const { code, stdout } = await ended
  expect(code).toBe(4)
  const result = JSON.parse(stdout) as ExperimentResult
  expect(result).toMatchObject({
    verdict: 'RESIDUAL',
    cleanup: 'RESIDUAL',
    faults: [{ bit: true, healedAt: null }],
  })
  expect(result.expectations.filter(({ met }) => !met)).toEqual([
    { name: 'page-ok again', met: false, observed: 'a fault was not healed' },
  ])
  expect((await fleet.agent.faults())[0]).toMatchObject({
    state: 'failed',
    detail: expect.stringContaining('it could not be healed: back is crash-looped') as string,
  })
})

test('kill -9 of the command ends its faults at once, long before their leases', slow, async () => {
  const { system, fleet } = await trialExperiment()
  await using _ = system
  await writeFile(join(system.root, 'trial.yaml'), trialFile({ forMs: 60_000 }))
  const { child } = startMsvc(system.root, 'chaos run trial.yaml')
  await eventOf(fleet, ({ type }) => type === 'fault.bit', 60_000)
  child.kill('SIGKILL')
  const [healed] = await eventually(
    'the fault is healed',
    async () => {
      const faults = await fleet.agent.faults()
      return faults.every(({ state }) => state === 'healed') && faults
    },
    20_000,
  )
  expect(healed!.healedAt! - healed!.bitAt!).toBeLessThan(30_000)
  const end = await eventOf(fleet, ({ type }) => type === 'fault.healed')
  expect(end.data).toMatchObject({ by: 'holder' })
})
