import { describe, expect, test } from 'vitest'
import { type LoadMade, refuseUnused } from '../../src/load/unused-flags.ts'

const open: LoadMade = { model: 'open', requests: 'plain', schedule: 'rate' }
const closed: LoadMade = { model: 'closed', requests: 'plain', schedule: null }

describe('a flag that would not be heeded is told', () => {
  test.each<[string, LoadMade]>([
    ['method', { ...open, requests: 'scenario' }],
    ['body', { ...open, requests: 'file' }],
    ['header', { ...open, requests: 'scenario' }],
    ['scenario', open],
    ['scenario', { ...open, requests: 'file' }],
    ['format', open],
    ['duration', { ...open, schedule: 'scenario' }],
    ['duration', { ...open, schedule: 'stages' }],
    ['arrivals', { ...open, schedule: 'replay' }],
    ['rps', { ...open, schedule: 'replay' }],
    ['junit', closed],
    ['deadline', closed],
    ['max-in-flight', closed],
    ['threshold', closed],
    ['baseline', closed],
  ])('--%s with %j', (flag, made) => {
    expect(() => refuseUnused(['rps', flag], made)).toThrow(`--${flag} would not be heeded: `)
  })
})

test.each<[string[], LoadMade]>([
  [['rps', 'duration', 'method', 'header', 'body', 'junit', 'baseline', 'arrivals', 'seed'], open],
  [['rps', 'stages', 'arrivals'], { ...open, schedule: 'stages' }],
  [['header', 'format', 'from'], { ...open, requests: 'file' }],
  [['scenario', 'connections', 'threshold'], { ...open, requests: 'scenario', schedule: 'scenario' }],
  [['connections', 'duration', 'engine', 'timeout', 'method', 'header', 'body', 'insecure'], closed],
])('%j are heeded where they are about something: %j', (given, made) => {
  expect(() => refuseUnused(given, made)).not.toThrow()
})
