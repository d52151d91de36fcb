import { describe, expect, test } from 'vitest'
import { UserError } from '../../src/errors.ts'
import { parseSystem } from '../../src/system/parse-system.ts'
import { edgesOf, urlVariable } from '../../src/system/system.ts'

const shop = `apiVersion: msvc/v1
kind: System
name: shop
entry: gateway
services:
  gateway:      {path: services/gateway, port: 4000, dependsOn: [order], slo: {p99: 50ms, availability: 99.9%}}
  order:        {path: services/order, port: 4001, dependsOn: [payment]}
  payment:      {path: services/payment, command: "python 'pay it.py' --fast", health: /healthz}
  notification: {path: services/notification, follows: [order]}
`

// Each line says the one before it ten times.
const bomb = ['b', 'c', 'd', 'e'].reduce((lines, name) => {
  const before = String.fromCharCode(name.charCodeAt(0) - 1)
  return `${lines}${name}: &${name} [${Array.from({ length: 10 }, () => `*${before}`).join(', ')}]\n`
}, 'a: &a [x, x, x, x, x, x, x, x, x, x]\n')

const mistakeIn = (text: string): UserError => {
  try {
    parseSystem(text, 'msvc.yaml')
  } catch (error) {
    if (error instanceof UserError) return error
    throw error
  }
  throw new Error('expected a UserError')
}

test('a system keeps its services in the order of the file, and its edges with calls before follows', () => {
  const system = parseSystem(shop, 'msvc.yaml')
  expect(system.services.map(({ name }) => name)).toEqual(['gateway', 'order', 'payment', 'notification'])
  expect(edgesOf(system).map(({ name, kind }) => `${name} ${kind}`)).toEqual([
    'gateway:order call',
    'order:payment call',
    'notification:order follow',
  ])
})

test('a command given as a string is split without a shell', () => {
  const payment = parseSystem(shop, 'msvc.yaml').services[2]
  expect(payment?.command).toEqual(['python', 'pay it.py', '--fast'])
})

test.each(['', '# nothing yet\n'])(
  'a file in which nothing stands is empty, and how to mend that is told',
  (text) => {
    const { message, next } = mistakeIn(text)
    expect(message).toBe('msvc.yaml:1:1: the file is empty.')
    expect(next).toContain('`msvc new system shop`')
  },
)

test('the variable of a callee is upper case with underscores', () => {
  expect(urlVariable('order-history')).toBe('ORDER_HISTORY_URL')
})

describe('a mistake is told with its place, the reason and what was expected', () => {
  const table: [name: string, from: string, to: string, place: string, reason: RegExp][] = [
    ['not YAML', 'kind: System', 'kind: [System', 'msvc.yaml:3:', /not YAML/],
    ['a key twice', 'kind: System', 'kind: System\nkind: System', 'msvc.yaml:3:1', /unique/i],
    [
      'an alias to nothing',
      'name: shop',
      'name: *shop',
      'msvc.yaml:3:7',
      /alias \*shop needs an anchor &shop/,
    ],
    [
      'an alias of itself',
      'dependsOn: [order]',
      'dependsOn: &a [*a]',
      'msvc.yaml:6:69',
      /alias \*a stands inside of what it repeats/,
    ],
    [
      'an alias of what is around it',
      'services:\n',
      'services: &all\n  again: {path: x, slo: *all}\n',
      'msvc.yaml:6:25',
      /alias \*all stands inside/,
    ],
    ['an alias bomb', 'kind: System', `${bomb}kind: System`, 'msvc.yaml:6:', /aliases repeat too much/],
    ['a wrong kind', 'kind: System', 'kind: Sistem', 'msvc.yaml:2:7', /kind is "Sistem"; expected: "System"/],
    [
      'a misspelt key',
      'port: 4001',
      'prot: 4001',
      'msvc.yaml:7:40',
      /services\.order\.prot .*Did you mean port\?/,
    ],
    ['a missing key', 'name: shop\n', '', 'msvc.yaml:1:1', /needs name/],
    [
      'a port out of range',
      'port: 4001',
      'port: 70000',
      'msvc.yaml:7:46',
      /port is 70000; it must be <= 65535/,
    ],
    ['a bad service name', '  order: ', '  Order: ', 'msvc.yaml:7:3', /not a name/],
    ['a reserved service name', '  payment: ', '  platform: ', 'msvc.yaml:8:3', /services of a system share/],
    ['an unknown entry', 'entry: gateway', 'entry: gatway', 'msvc.yaml:4:8', /Did you mean gateway\?/],
    [
      'an unknown callee',
      'dependsOn: [payment]',
      'dependsOn: [paiment]',
      'msvc.yaml:7:64',
      /Did you mean payment\?/,
    ],
    ['an unknown feed', 'follows: [order]', 'follows: [odrer]', 'msvc.yaml:9:57', /Did you mean order\?/],
    ['two services on one port', 'port: 4001', 'port: 4000', 'msvc.yaml:7:46', /both want port 4000/],
    [
      'a path outside',
      'path: services/order,',
      'path: ../order,',
      'msvc.yaml:7:24',
      /leaves the system's folder/,
    ],
    [
      'a cycle of calls',
      'command: "python \'pay it.py\' --fast", health: /healthz',
      'dependsOn: [gateway]',
      'msvc.yaml:6:',
      /gateway → order → payment → gateway/,
    ],
  ]
  test.each(table)('%s', (_name, from, to, place, reason) => {
    expect(shop).toContain(from)
    const mistake = mistakeIn(shop.replace(from, to))
    expect(mistake.message).toMatch(reason)
    expect(mistake.message).toContain(place)
    expect(mistake.exitCode).toBe(2)
  })
})

test('an empty file is a mistake of the file, not a bug', () => {
  expect(mistakeIn('').message).toMatch(/^msvc\.yaml:1:1: /)
})

test('a cycle of feeds is allowed: nobody waits in it', () => {
  const following = shop.replace('dependsOn: [payment]}', 'dependsOn: [payment], follows: [notification]}')
  expect(() => parseSystem(following, 'msvc.yaml')).not.toThrow()
})
