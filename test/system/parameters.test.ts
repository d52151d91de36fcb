import { describe, expect, test } from 'vitest'
import { UserError } from '../../src/errors.ts'
import { findFault, readFaultSettings, type FaultDeclaration } from '../../src/system/fault-declaration.ts'
import { formatParameter, readParameters, type Parameter } from '../../src/system/parameters.ts'
import { formatBytes, parseBytes } from '../../src/system/size.ts'

const params: Parameter[] = [
  { name: 'latency', unit: 'time', min: 1, max: 60_000, help: 'how late' },
  { name: 'rate', unit: 'rate', min: 1, default: 1000, help: 'how fast' },
  { name: 'share', unit: 'percent', min: 0, max: 100, default: 10, help: 'how much' },
  { name: 'first', unit: 'count', min: 0, default: 0, help: 'how many' },
  { name: 'mode', unit: 'choice', choices: ['refuse', 'blackhole'], default: 'blackhole', help: 'how' },
  { name: 'abort', unit: 'flag', default: false, help: 'whether' },
  { name: 'body', unit: 'text', max: 5, default: '', help: 'what' },
]
const bend: FaultDeclaration = {
  kind: 'bend',
  target: 'edge',
  summary: 'Bends.',
  examples: [],
  defaultLeaseMs: 1000,
  params,
  percentOf: 'connections',
  directions: ['down', 'up'],
}

const troubleOf = (read: () => unknown): { code: string; text: string } => {
  try {
    read()
  } catch (error) {
    if (error instanceof UserError) return { code: error.code, text: `${error.message} ${error.next}` }
    throw error
  }
  return { code: 'none', text: '' }
}

test('texts as typed and numbers in the base unit are the same; what is not said has its default', () => {
  const typed = { latency: '90ms', rate: '10KB/s', share: '25%', first: '3', mode: 'refuse', abort: true }
  expect(readParameters(bend, typed)).toEqual({
    latency: 90,
    rate: 10_000,
    share: 25,
    first: 3,
    mode: 'refuse',
    abort: true,
    body: '',
  })
  expect(
    readParameters(bend, { latency: 90, rate: 10_000, share: 25, first: 3, mode: 'refuse', abort: true }),
  ).toEqual(readParameters(bend, typed))
})

test.for([
  { given: {}, code: 'needs-parameter', says: /needs --latency: a time from 1ms to 1m/ },
  { given: { latancy: '1ms' }, code: 'unknown-parameter', says: /takes no latancy.*latency/ },
  { given: { latency: '90' }, code: 'bad-value', says: /--latency cannot be "90"/ },
  { given: { latency: '2m' }, code: 'bad-value', says: /a time from 1ms to 1m/ },
  { given: { latency: -1 }, code: 'bad-value', says: /-1/ },
  { given: { latency: Number.NaN }, code: 'bad-value', says: /--latency/ },
  { given: { latency: null }, code: 'needs-parameter', says: /--latency/ },
  { given: { latency: 5, rate: 'fast' }, code: 'bad-value', says: /a size a second from 1B\/s/ },
  { given: { latency: 5, share: 101 }, code: 'bad-value', says: /a percentage from 0% to 100%/ },
  { given: { latency: 5, first: 1.5 }, code: 'bad-value', says: /a whole number/ },
  { given: { latency: 5, mode: 'drop' }, code: 'bad-value', says: /refuse or blackhole/ },
  { given: { latency: 5, abort: 'yes' }, code: 'bad-value', says: /true or false/ },
  { given: { latency: 5, body: 'longer' }, code: 'bad-value', says: /up to 5 characters/ },
])('$given is refused as $code', ({ given, code, says }) => {
  const trouble = troubleOf(() => readParameters(bend, given, (name) => `--${name}`))
  expect(trouble.code).toBe(code)
  expect(trouble.text).toMatch(says)
})

describe('the common parameters', () => {
  test('have defaults, and the first direction is one', () => {
    expect(readFaultSettings(bend, { params: { latency: 1 } })).toMatchObject({
      percent: 100,
      direction: 'down',
      seed: 1,
    })
  })

  test.for([
    [{ percent: 0 }, 'bad-value'],
    [{ percent: 100.1 }, 'bad-value'],
    [{ direction: 'both' as const }, 'bad-value'],
    [{ seed: -1 }, 'bad-value'],
    [{ params: [] as never }, 'bad-value'],
  ] as const)('%o is %s', ([given, code]) => {
    expect(troubleOf(() => readFaultSettings(bend, { params: { latency: 1 }, ...given })).code).toBe(code)
  })

  test('are refused by a fault that has none', () => {
    const { percentOf: _, directions: __, ...plain } = bend
    for (const given of [{ percent: 50 }, { direction: 'up' as const }, { seed: 2 }]) {
      expect(troubleOf(() => readFaultSettings(plain, { params: { latency: 1 }, ...given })).code).toBe(
        'unknown-parameter',
      )
    }
  })
})

test('an unknown kind is told with the one that was meant', () => {
  expect(troubleOf(() => findFault([bend], 'bent')).text).toMatch(
    /no fault called bent\. Did you mean bend\?/,
  )
})

test.for([
  ['512', 512],
  ['10KB', 10_000],
  ['1.5mb', 1_500_000],
  ['2 GB', 2_000_000_000],
] as const)('%s is %i bytes', ([text, bytes]) => {
  expect(parseBytes(text)).toBe(bytes)
  expect(parseBytes(formatBytes(bytes))).toBe(bytes)
})
test('what is no size is no number', () => expect(parseBytes('10 KiB')).toBeNaN())

test('a value is shown as it would be typed', () => {
  const [latency, rate, share] = params as [Parameter, Parameter, Parameter]
  expect([formatParameter(latency, 1500), formatParameter(rate, 1500), formatParameter(share, 12.5)]).toEqual(
    ['1.5s', '1.5KB/s', '12.5%'],
  )
})
