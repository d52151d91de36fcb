import { stripVTControlCharacters as plain } from 'node:util'
import { describe, expect, test } from 'vitest'
import { liveView } from '../../../src/cli/views/live.ts'
import type { SystemEvent } from '../../../src/events.ts'
import { liveSystem, type Look } from '../../../src/observe/live-system.ts'
import type { ServiceState } from '../../../src/system/agent-api.ts'
import {
  aboutFault,
  aboutService,
  breakerGoes,
  eventsAt,
  killed,
  now,
  shop,
  type Differing,
} from '../../observe/fixtures/watched-shop.ts'

interface Terminal {
  columns?: number
  rows?: number
  at?: number
}

const drawn = (look: Look, events: readonly SystemEvent[], terminal: Terminal = {}): string[] => {
  const { columns = 80, rows = 24, at = now } = terminal
  const live = liveSystem(look, events)
  return plain(liveView({ live, news: events, now: at, columns, rows })).split('\n')
}

const view = (differing: Differing, terminal: Terminal = {}): string[] => drawn(shop(differing), [], terminal)

/** payment was killed, and order has noticed. */
const down: Differing = {
  services: { payment: 'held' },
  breakers: { 'order:payment': { state: 'open', openRemainingMs: 2300 } },
  faults: [killed],
}

describe('a system in the terminal', () => {
  test('is its topology with the state of every service and breaker, in signs and words', () => {
    expect(view({})).toEqual([
      'shop  ✔ all well',
      '',
      'gateway                     ● ready',
      '└─ order                    ● ready  ─●─ closed',
      '   ├─ payment               ● ready  ─●─ closed',
      '   │  └─ provider           ● ready  ─●─ closed',
      '   └┄ notification follows  ● ready  ─●─ closed',
    ])
  })

  test('tells what is broken, until when, and what recovers when', () => {
    expect(view(down)).toEqual([
      'shop  1 fault, 1 service not ready, 1 breaker not closed',
      '',
      'gateway                     ● ready',
      '└─ order                    ● ready  ─●─ closed',
      '   ├─ payment               ○ held   ─╳─ open 2.3 s  ! kill 21 s',
      '   │  └─ provider           ● ready  ─●─ closed',
      '   └┄ notification follows  ● ready  ─●─ closed',
      '',
      'FAULT',
      'kill payment  back in 21 s  ███████░░░  pid 4711 ended by SIGKILL',
      '',
      'RECOVERS',
      'in 2.3 s  order → payment lets trial calls through  while kill payment lasts',
    ])
  })

  test('counts down between two looks', () => {
    const later = view(down, { at: now + 1500 }).join('\n')
    expect(later).toContain('─╳─ open 0.8 s')
    expect(later).toContain('back in 20 s')
    expect(view(down, { at: now + 60_000 }).join('\n')).toContain('now  order → payment lets trial calls')
  })

  test.each<[string, Differing, RegExp]>([
    ['half-open', { breakers: { 'order:payment': { state: 'half_open' } } }, /payment.*─◐─ half-open$/],
    [
      'forced open',
      { breakers: { 'order:payment': { state: 'forced_open', openRemainingMs: 125_000 } } },
      /payment.*─╳─ forced-open 2 min 5 s$/,
    ],
    ['disabled', { breakers: { 'order:payment': { state: 'disabled' } } }, /payment.*─○─ disabled$/],
    ['of a caller that is down', { services: { order: 'held' } }, /order +○ held/],
  ])('a breaker that is %s has a sign and a word of its own', (_, differing, line) => {
    expect(view(differing)).toContainEqual(expect.stringMatching(line))
  })

  test('a service without breakers, and one whose caller is down, are told apart', () => {
    const look = shop({ services: { order: 'crash-looped' } })
    const silent = {
      ...look,
      breakers: look.breakers.map((each) =>
        ['order:payment', 'payment:provider'].includes(each.edge) ? { ...each, breaker: null } : each,
      ),
    }
    expect(drawn(silent, [])).toContainEqual(expect.stringMatching(/payment +● ready +─\?─ caller is down/))
    expect(drawn(silent, [])).toContainEqual(expect.stringMatching(/provider +● ready +─── no breaker/))
  })

  test.each<[string, Partial<typeof killed>, string]>([
    ['is being set', { state: 'applying' }, 'kill payment  is being set'],
    ['is being healed', { state: 'healing' }, 'kill payment  is being healed'],
    ['could not be healed', { state: 'failed', healedAt: null }, 'kill payment  could not be healed'],
    [
      'stands on an edge',
      { kind: 'latency', target: 'order:payment' },
      'latency order → payment  ends in 21 s',
    ],
  ])('a fault that %s says so', (_, fault, line) => {
    expect(view({ faults: [{ ...killed, ...fault }] }).join('\n')).toContain(line)
  })

  test('a note stands below the name', () => {
    const live = liveSystem(shop(), [])
    const frame = liveView({ live, news: [], now, columns: 80, rows: 24, note: '8.0 s  60 requests' })
    expect(frame.split('\n')[1]).toBe('8.0 s  60 requests')
  })

  test('says when faults are halted', () => {
    expect(view({ halted: true })[1]).toMatch(/^Faults are halted/)
  })

  test('a reason of several lines stays in one', () => {
    const lines = view({ faults: [{ ...killed, detail: 'one\ntwo' }] })
    expect(lines).toContainEqual(expect.stringMatching(/kill payment .*one two$/))
  })
})

describe('what happened lately', () => {
  const story = eventsAt([
    [-9000, aboutFault('fault.applied', { pids: [4711] })],
    [-8800, breakerGoes('closed', 'open')],
    [-200, aboutService('service.ready', { pid: 1, afterMs: 500 })],
  ])

  test('stands below, with how long ago', () => {
    const lines = drawn(shop(), story)
    expect(lines.slice(lines.indexOf('LATELY') + 1)).toEqual([
      ' 9 s ago  kill payment',
      ' 9 s ago  order → payment open  29 of the last 32 calls failed',
      ' 1 s ago  payment ready',
    ])
  })

  test('gives way when the terminal is too low for all', () => {
    expect(drawn(shop(down), story, { rows: 15 })).not.toContain('LATELY')
  })
})

/** Twenty services: s0 calls s1 and s2, s1 calls s3 and s4, and so on. */
function twenty(states: Record<string, ServiceState> = {}): Look {
  const look = shop()
  const services = Array.from({ length: 20 }, (_, index) => `service-number-${index}`)
  const edges = services.slice(1).map((name, index) => `${services[Math.floor(index / 2)]}:${name}`)
  const [service] = look.status.services
  const [breaker] = look.breakers
  return {
    ...look,
    status: {
      ...look.status,
      system: { ...look.status.system, entry: 'service-number-0' },
      services: services.map((name) => ({ ...service!, name, state: states[name] ?? 'ready' })),
      edges: edges.map((name) => ({ name, kind: 'call', url: '', isProxied: true, breaker: null })),
    },
    breakers: edges.map((edge) => ({ ...breaker!, edge })),
  }
}

describe('a terminal that is small', () => {
  const terminals = [
    { columns: 120, rows: 40 },
    { columns: 80, rows: 24 },
    { columns: 60, rows: 24 },
    { columns: 60, rows: 12 },
    { columns: 30, rows: 8 },
  ]

  test.each(terminals)('never gets more than $columns columns and $rows rows', (terminal) => {
    for (const look of [shop(), shop(down), twenty({ 'service-number-19': 'crash-looped' })]) {
      const lines = drawn(look, [], terminal)
      expect(lines.length).toBeLessThan(terminal.rows)
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(terminal.columns)
    }
  })

  test('of 60 columns still shows states, breakers and countdowns', () => {
    const lines = view(down, { columns: 60 })
    expect(lines).toContainEqual(expect.stringMatching(/payment +○ held +─╳─ open 2\.3 s +! kill 21 s$/))
    expect(lines).toContainEqual(expect.stringMatching(/^kill payment +back in 21 s +pid 4711/))
  })

  test('shows twenty services with what is not well, and who leads to it; the rest in one line', () => {
    const lines = drawn(twenty({ 'service-number-19': 'crash-looped' }), [], { rows: 16 })
    expect(lines).toContainEqual(expect.stringMatching(/service-number-19 +✖ crash-looped/))
    for (const name of ['service-number-9', 'service-number-4', 'service-number-1', 'service-number-0'])
      expect(lines).toContainEqual(expect.stringMatching(new RegExp(`${name} +● ready`)))
    expect(lines).toContainEqual(expect.stringMatching(/^… and \d+ more, all well: /))
  })

  test('says how many it could not show when even those are too many', () => {
    const all = Object.fromEntries(
      Array.from({ length: 20 }, (_, index) => [`service-number-${index}`, 'unready' as const]),
    )
    expect(drawn(twenty(all), [], { rows: 16 })).toContainEqual(expect.stringMatching(/^… and \d+ more: /))
  })

  test('is only given signs that are one column wide', () => {
    const text = [shop(down), twenty()].flatMap((look) => drawn(look, [], { rows: 60 })).join('')
    expect(text).not.toMatch(/\p{Emoji_Presentation}|\p{Script=Han}/u)
  })
})
