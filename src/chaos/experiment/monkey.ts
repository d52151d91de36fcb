// Random faults as an experiment: the same seed, the same steps, so what it found can be found again.
//
//   │ steady state │ fault │ rest │ fault │ rest │ … │ recovery │ invariants
//   0              6 s      └ budget: the share of the time in which something is broken

import { errors } from '../../errors.ts'
import { findFault, parameterNames } from '../../system/fault-declaration.ts'
import { suggest } from '../../system/suggest.ts'
import { edgesOf } from '../../system/system.ts'
import type { Experiment, FaultOptions, PlannedFault } from './experiment.ts'
import type { Surroundings } from './read-experiment.ts'

export interface MonkeyRules {
  seed: number
  /** From the first arrival to the end of the last fault. */
  forMs: number
  ratePerSecond: number
  scenario: string
  /** Kinds that may be used. */
  faults: readonly string[]
  /** Services and edges that are left alone. */
  spare: readonly string[]
  /** Share of the time, above 0 and up to 1. */
  budget: number
}

/** In [0, 1), one after the other. */
export type Chance = () => number

/** What a monkey does when nothing else is said: nothing that could hurt more than the system itself. */
export const monkeyFaults = ['kill', 'pause', 'restart-loop', 'latency', 'loss', 'partition', 'http'] as const

const firstAtMs = 6000
const windowMs = 5000
/** A killed service has to be back before the next fault, or that would touch nothing. */
const leastRestMs = 6000
const recoverMs = 15_000
const healSlackMs = 5000

export function monkeyExperiment(
  rules: MonkeyRules,
  surroundings: Pick<Surroundings, 'system' | 'kinds'>,
  chance: Chance,
): Experiment {
  const { seed, forMs, ratePerSecond, scenario } = rules
  const method = stepsOf(rules, surroundings, chance)
  if (method.length === 0) {
    throw errors.badValue('--for', `${forMs}ms`, 'a time in which a fault finds room, such as 1m')
  }
  const lastEndMs = method.at(-1)!.atMs + method.at(-1)!.forMs
  const durationMs = Math.ceil((lastEndMs + healSlackMs + recoverMs + windowMs) / 1000) * 1000
  return {
    name: `monkey, seed ${seed}`,
    seed,
    load: { ratePerSecond, scenario, durationMs, warmUpMs: 2000, timeoutMs: 5000 },
    probes: [
      {
        kind: 'load',
        name: 'all-ok',
        metric: { kind: 'success_rate' },
        requests: null,
        min: { kind: 'absolute', value: 0.98 },
        windowMs,
      },
    ],
    method,
    recover: { withinMs: recoverMs, breakersClose: true },
    halt: [],
    limits: { maxDurationMs: durationMs + 60_000, maxServices: 1 },
    checksInvariants: true,
  }
}

function stepsOf(
  { forMs, budget, faults, spare, seed }: MonkeyRules,
  surroundings: Pick<Surroundings, 'system' | 'kinds'>,
  chance: Chance,
): PlannedFault[] {
  const choices = choicesOf({ faults, spare }, surroundings)
  const steps: PlannedFault[] = []
  for (let atMs = firstAtMs; ;) {
    const { kind, targets, optionsOf } = pick(choices, chance)
    const target = pick(targets, chance)
    const lengthMs = between(2000, 8000, chance)
    const options = optionsOf(seed + steps.length, chance)
    if (atMs + lengthMs > forMs) return steps
    const name = `${kind} ${target} #${steps.length + 1}`
    steps.push({ name, kind, target, atMs, forMs: lengthMs, options, expect: [] })
    // So long that the share of broken time stays within the budget.
    atMs += lengthMs + Math.max(leastRestMs, Math.round(lengthMs / budget - lengthMs))
  }
}

interface Choice {
  kind: string
  targets: readonly string[]
  optionsOf(seed: number, chance: Chance): FaultOptions
}

function choicesOf(
  { faults, spare }: Pick<MonkeyRules, 'faults' | 'spare'>,
  { system, kinds }: Pick<Surroundings, 'system' | 'kinds'>,
): Choice[] {
  const services = system.services.map(({ name }) => name)
  const edges = edgesOf(system).map(({ name }) => name)
  for (const name of spare) {
    const known = [...services, ...edges]
    if (known.includes(name)) continue
    const unknown = name.includes(':') ? errors.unknownEdge : errors.unknownService
    throw unknown(name, known, suggest(name, known))
  }
  return faults.flatMap((name): Choice[] => {
    const kind = findFault(kinds, name)
    const all = kind.target === 'service' ? services : edges
    const targets = all.filter((target) => !spare.includes(target))
    if (targets.length === 0) return []
    const takesSeed = parameterNames(kind).includes('seed')
    const optionsOf: Choice['optionsOf'] = (seed, chance) => ({
      ...settings[kind.kind]?.(chance),
      ...(takesSeed && { seed }),
    })
    return [{ kind: kind.kind, targets, optionsOf }]
  })
}

/** For the kinds that need to be told how much. */
const settings: Record<string, (chance: Chance) => FaultOptions> = {
  latency: (chance) => ({ params: { latency: between(50, 400, chance), jitter: between(0, 50, chance) } }),
  loss: (chance) => ({ params: { rate: between(1, 10, chance) } }),
  http: (chance) => ({ percent: between(10, 60, chance), params: { status: 503 } }),
  bandwidth: (chance) => ({ params: { rate: between(2, 50, chance) * 1000 } }),
  'slow-close': (chance) => ({ params: { delay: between(100, 3000, chance) } }),
  timeout: (chance) => ({ params: { after: between(50, 2000, chance) } }),
  limit: (chance) => ({ params: { bytes: between(50, 5000, chance) } }),
  slice: (chance) => ({ params: { size: between(8, 200, chance), delay: between(0, 3, chance) } }),
}

const between = (least: number, most: number, chance: Chance): number =>
  Math.floor(least + chance() * (most - least + 1))

function pick<T>(list: readonly T[], chance: Chance): T {
  const picked = list[Math.floor(chance() * list.length)]
  if (picked === undefined) throw errors.badValue('--spare', 'everything', 'something that may be broken')
  return picked
}
