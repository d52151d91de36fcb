import { describe, expect, test } from 'vitest'
import { isPublicAddress } from '../../src/adapters/load-target.ts'
import { UserError } from '../../src/errors.ts'
import { limitsOf, type LoadPlan, targetOf } from '../../src/load/plan.ts'
import { refuseTooManyConnections } from '../../src/runtime/load-refusals.ts'
import { runLoad } from '../../src/runtime/load.ts'

const plan = (part: Partial<LoadPlan>): LoadPlan => ({
  target: { url: 'http://127.0.0.1:4000/' },
  ratePerSecond: 100,
  durationMs: 1000,
  ...part,
})
const url = (text: string): Partial<LoadPlan> => ({ target: { url: text } })

describe('a plan that makes no sense is refused before anything is sent', () => {
  test.each<[string, Partial<LoadPlan>, string]>([
    ['rate 0', { ratePerSecond: 0 }, '--rps'],
    ['a negative rate', { ratePerSecond: -5 }, '--rps'],
    ['no number', { ratePerSecond: Number.NaN }, '--rps'],
    ['an absurd rate', { ratePerSecond: 1e9 }, '--rps'],
    ['duration 0', { durationMs: 0 }, '--duration'],
    ['less than one arrival', { ratePerSecond: 0.1, durationMs: 1000 }, '--duration'],
    [
      'recorded times of ages',
      { shape: { kind: 'replay', timesMs: Float64Array.of(0, 1e12) } },
      '--replay cannot be "1000000000000ms"',
    ],
    ['timeout 0', { timeoutMs: 0 }, '--timeout'],
    ['no arrival in flight', { maxInFlight: 0 }, '--max-in-flight'],
    ['half a connection', { connections: 0.5 }, '--connections'],
    ['no worker', { workers: 0 }, '--workers'],
    ['no waiting at all', { deadlineMs: 0 }, '--deadline'],
    ['a public address', url('http://192.0.2.1/'), '192.0.2.1 is a public address'],
    ['no URL', url('shop'), 'it is no URL'],
    ['another protocol', url('ftp://127.0.0.1/'), 'not ftp'],
    ['a password', url('http://me:secret@127.0.0.1/'), 'authorization header'],
    ['a header with a line break', { headers: { 'x-a': 'b\r\nc: d' } }, 'control'],
    ['a method that cannot be sent', { method: 'CONNECT' }, 'CONNECT cannot be sent'],
  ])('%s', async (_, part, reason) => {
    const run = runLoad(plan(part))
    await expect(run).rejects.toThrow(UserError)
    await expect(runLoad(plan(part))).rejects.toThrow(reason)
  })

  test('a name that leads nowhere', async () => {
    await expect(runLoad(plan(url('http://no-such-host.invalid/')))).rejects.toThrow(
      /no-such-host.invalid leads to no address/,
    )
  })
})

test('arrivals in flight are limited by rate and timeout, connections to a thousand', () => {
  expect(limitsOf(plan({}))).toEqual({
    timeoutMs: 10_000,
    deadlineMs: 10_000,
    maxInFlight: 2000,
    maxConnections: 1000,
  })
  expect(limitsOf(plan({ ratePerSecond: 10_000 }))).toMatchObject({
    maxInFlight: 10_000,
    maxConnections: 1000,
  })
  expect(limitsOf(plan({ ratePerSecond: 1, timeoutMs: 1000 }))).toMatchObject({
    maxInFlight: 2,
    maxConnections: 2,
  })
})

test.each([
  [
    'http://[::1]:4000/a?b=1',
    { hostname: '::1', port: 4000, host: '[::1]:4000', path: '/a?b=1', isSecure: false },
  ],
  ['https://shop.test', { hostname: 'shop.test', port: 443, host: 'shop.test', path: '/', isSecure: true }],
])('%s is taken apart', (text, expected) => {
  expect(targetOf(plan(url(text)))).toMatchObject(expected)
})

test.each([
  ['127.0.0.1', false],
  ['127.8.9.1', false],
  ['10.1.2.3', false],
  ['172.31.0.1', false],
  ['172.32.0.1', true],
  ['192.168.1.1', false],
  ['169.254.1.1', false],
  ['100.100.0.1', false],
  ['192.0.2.1', true],
  ['::1', false],
  ['fd00::1', false],
  ['fe80::1', false],
  ['2001:db8::1', true],
  ['::ffff:127.0.0.1', false],
  ['::ffff:192.0.2.1', true],
])('%s is public: %s', (address, isPublic) => {
  expect(isPublicAddress(address)).toBe(isPublic)
})

test('more connections than files can be open are refused', () => {
  expect(() => refuseTooManyConnections(1000, 1024)).toThrow(/1000 connections/)
  expect(() => refuseTooManyConnections(1000, null)).not.toThrow()
  expect(() => refuseTooManyConnections(960, 1024)).not.toThrow()
})
