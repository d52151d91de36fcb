import { describe, expect, test } from 'vitest'
import { diagnose, type PoolSigns, type Signs } from '../../src/load/self-diagnosis.ts'

const at = (p99: number) => ({ p50: p99 / 4, p90: p99 / 2, p99, p999: p99, max: p99 })
const second = (lagP99: number) => ({ lagP99 })
const pool = (part: Partial<PoolSigns>): PoolSigns => ({
  peak: 1000,
  isLimitChosen: false,
  waitP50: 812,
  quickestMs: 201,
  serviceP50: 203,
  ...part,
})
const signs = (part: Partial<Signs>): Signs => ({
  schedule: { arrivals: 1000, ratePerSecond: 100, durationMs: 10_000 },
  elapsedMs: 10_000,
  isInterrupted: false,
  outcomes: { ok: 1000 },
  achievedRate: 100,
  responseMs: at(20),
  lagMs: at(0.3),
  eventLoopUtilization: 0.3,
  runQueueWait: 0.01,
  localLimits: new Map(),
  seconds: [],
  limits: { timeoutMs: 10_000, deadlineMs: 10_000, maxInFlight: 2000, maxConnections: 1000 },
  ...part,
})

describe('the verdict is about the generator', () => {
  test.each<[string, Partial<Signs>, string, RegExp | null]>([
    ['a punctual generator', {}, 'valid', null],
    ['failures of the target', { outcomes: { ok: 1, refused: 999 } }, 'valid', null],
    ['as late as may be', { lagMs: at(10) }, 'valid', null],
    ['a little later', { lagMs: at(10.1) }, 'noisy', /sent 10.1 ms late/],
    [
      'lateness beside a far slower target',
      { lagMs: at(352), responseMs: at(4000) },
      'noisy',
      /sent 352.0 ms late/,
    ],
    [
      'lateness of 1 in 1,000, which the run survives but its p99.9 does not',
      { lagMs: { ...at(5), p999: 80, max: 120 } },
      'valid',
      /^1 in 1,000 arrivals was sent 80.0 ms late or later \(at most 120.0 ms\)/,
    ],
    [
      'lateness while others took the cores',
      { lagMs: at(50), responseMs: at(60), runQueueWait: 0.4 },
      'noisy',
      /waited for a core 40 %/,
    ],
    [
      'lateness of a busy generator',
      { lagMs: at(50), responseMs: at(60), eventLoopUtilization: 0.98 },
      'generator-limited',
      /busy 98 %/,
    ],
    [
      'a busy loop that only waits for a core',
      { lagMs: at(50), responseMs: at(60), eventLoopUtilization: 1, runQueueWait: 0.4 },
      'noisy',
      /waited for a core 40 %/,
    ],
    [
      'lateness in most seconds, hidden in the whole run by one of many arrivals',
      {
        lagMs: at(9),
        seconds: [second(40), second(50), second(1), second(1)],
        gcShare: 0.06,
      },
      'noisy',
      /late in 2 of 4 seconds, 1 % of their arrivals by up to 50.0 ms\nit collected garbage 6 %/,
    ],
    [
      'lateness in a single second of many',
      { seconds: [second(50), ...Array.from({ length: 9 }, () => second(1))] },
      'valid',
      null,
    ],
    [
      'no ports left',
      { localLimits: new Map([['EADDRNOTAVAIL', 12]]) },
      'generator-limited',
      /EADDRNOTAVAIL \(12 times\)/,
    ],
    [
      'connections of its own that were too few for a target that is slow, but no slower for them',
      { pool: pool({}) },
      'generator-limited',
      /^half of the arrivals waited 812 ms or longer for one of 1000 connections, .* as quickly as ever \(203.0 ms\)$/,
    ],
    [
      'connections that were too few, as asked for',
      { pool: pool({ isLimitChosen: true }) },
      'valid',
      /^half of/,
    ],
    ['a target that all connections make slow', { pool: pool({ quickestMs: 2 }) }, 'valid', null],
    ['connections that were just enough', { pool: pool({ waitP50: 0.2 }) }, 'valid', null],
    ['a wait for something else', { pool: pool({ peak: 999 }) }, 'valid', null],
  ])('%s', (_, part, verdict, reason) => {
    const found = diagnose(signs(part))
    expect(found.verdict).toBe(verdict)
    if (reason === null) expect(found.reasons).toEqual([])
    else expect(found.reasons.join('\n')).toMatch(reason)
  })
})

describe('the limit is named', () => {
  test.each<[string, Partial<Signs>, RegExp]>([
    [
      'a saturated target',
      { outcomes: { ok: 400, timeout: 100, dropped: 500 } },
      /^target saturated: answered about 40 rps; 100 arrivals timed out after 10000 ms, 500 were dropped at 2000 in flight$/,
    ],
    ['a silent target', { outcomes: { timeout: 1000 } }, /^target does not answer: 1000 arrivals/],
    [
      'an address where nobody listens',
      { outcomes: { refused: 990, reset: 8, unfinished: 2 } },
      /^no arrival was answered: 990 refused, 8 reset; does anything listen there\?$/,
    ],
    [
      'a certificate that nobody here trusts',
      { outcomes: { tls: 50 } },
      /^no arrival was answered: 50 tls; does it speak TLS, with a certificate .*--insecure/,
    ],
    ['a stall in passing', { outcomes: { ok: 995, timeout: 5 } }, /^target fell behind for a while/],
    [
      'a target that keeps its connections busy',
      { outcomes: { ok: 500, shed: 500 } },
      /500 waited 10000 ms for one of 1000 connections/,
    ],
    [
      'connections that were too few',
      { pool: pool({}), outcomes: { ok: 500, shed: 500 } },
      /^1000 connections were too few \(--connections allows more\): answered about 50 rps; 500 waited 10000 ms for one of/,
    ],
    [
      'connections that were just too few to be in time',
      { pool: pool({ isLimitChosen: true }) },
      /^1000 connections were too few \(--connections allows more\): answered about 100 rps$/,
    ],
    [
      'the generator',
      { lagMs: at(500), responseMs: at(510), eventLoopUtilization: 1, achievedRate: 81.2 },
      /^msvc itself could not send more than about 81 /,
    ],
  ])('%s', (_, part, expected) => {
    expect(diagnose(signs(part)).limit).toMatch(expected)
  })
  test('not when everything was answered', () => {
    expect(diagnose(signs({ outcomes: { ok: 900, 'http-error': 100 } })).limit).toBeNull()
  })
})

test('an interrupted run says after how long', () => {
  const { verdict, reasons } = diagnose(signs({ isInterrupted: true, elapsedMs: 3210 }))
  expect(verdict).toBe('valid')
  expect(reasons).toEqual(['the run was ended after 3.2 s'])
})
