import { describe, expect, test } from 'vitest'
import { monkeyExperiment, monkeyFaults, type MonkeyRules } from '../../../src/chaos/experiment/monkey.ts'
import { faultKinds } from '../../../src/chaos/faults.ts'
import { seededChance } from '../../../src/system/seeded-chance.ts'
import { readFaultSettings } from '../../../src/system/fault-declaration.ts'
import { surroundings } from './payment-down.ts'

const known = monkeyFaults.filter((name) => faultKinds.some(({ kind }) => kind === name))
const usual: MonkeyRules = {
  seed: 42,
  forMs: 5 * 60_000,
  ratePerSecond: 100,
  scenario: 'load/default.yaml',
  faults: known,
  spare: [],
  budget: 0.5,
}
const plan = (rules: Partial<MonkeyRules> = {}) => {
  const all = { ...usual, ...rules }
  return monkeyExperiment(all, surroundings, seededChance(all.seed, 'monkey'))
}

describe('a monkey', () => {
  test('takes the same steps with the same seed, a hundred times of a hundred', () => {
    const first = JSON.stringify(plan())
    for (let time = 0; time < 100; time++) expect(JSON.stringify(plan())).toBe(first)
  })

  test('takes other steps with another seed', () => {
    const plans = Array.from({ length: 100 }, (_, seed) => JSON.stringify(plan({ seed }).method))
    expect(new Set(plans).size).toBe(100)
  })

  test('breaks one thing at a time, within its budget and its time', () => {
    for (let seed = 0; seed < 100; seed++) {
      const { method, load } = plan({ seed, budget: 0.25 })
      expect(method.length).toBeGreaterThan(5)
      for (const [index, { atMs }] of method.entries()) {
        const before = method[index - 1]
        if (before !== undefined) expect(atMs).toBeGreaterThanOrEqual(before.atMs + before.forMs + 6000)
      }
      const brokenMs = method.reduce((sum, { forMs }) => sum + forMs, 0)
      const last = method.at(-1)!
      expect((brokenMs - last.forMs) / (last.atMs - method[0]!.atMs)).toBeLessThanOrEqual(0.25 + 1e-3)
      expect(last.atMs + last.forMs).toBeLessThanOrEqual(usual.forMs)
      expect(load.durationMs).toBeGreaterThan(last.atMs + last.forMs + 15_000)
    }
  })

  test('asks for nothing that the agent would refuse, and leaves alone what is to be spared', () => {
    const spare = ['payment', 'order:payment', 'gateway']
    const used = new Set<string>()
    for (let seed = 0; seed < 100; seed++) {
      for (const { kind, target, options } of plan({ seed, spare }).method) {
        expect(spare).not.toContain(target)
        used.add(kind)
        readFaultSettings(
          faultKinds.find((one) => one.kind === kind)!,
          options,
        )
      }
    }
    expect([...used].toSorted()).toEqual(known.toSorted())
  })

  test.each(faultKinds.map(({ kind }) => kind))('says how much where %s has to be told', (kind) => {
    const { method } = plan({ faults: [kind] })
    const declaration = faultKinds.find((one) => one.kind === kind)!
    for (const { options } of method) expect(() => readFaultSettings(declaration, options)).not.toThrow()
  })

  test.each<[string, Partial<MonkeyRules>, RegExp]>([
    ['a kind that does not exist', { faults: ['kil'] }, /no fault called kil\. Did you mean kill\?/],
    [
      'something to spare that does not exist',
      { spare: ['paymnt'] },
      /no service named paymnt\. Did you mean payment\?/,
    ],
    [
      'an edge to spare that does not exist',
      { spare: ['order:paymnt'] },
      /no edge order:paymnt\. Did you mean order:payment\?/,
    ],
    ['no time for a single fault', { forMs: 5000 }, /--for cannot be/],
    [
      'nothing that is left',
      { faults: ['kill'], spare: surroundings.system.services.map(({ name }) => name) },
      /--spare cannot be/,
    ],
  ])('refuses %s', (_, rules, message) => {
    expect(() => plan(rules)).toThrow(message)
  })
})
