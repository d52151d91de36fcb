import { describe, expect, test } from 'vitest'
import { chooseService, missingCallees } from '../../src/scaffold/choose-service.ts'
import { serviceTemplates, templateNamed } from '../../src/scaffold/templates.ts'
import type { Service, System } from '../../src/system/system.ts'

const service = (name: string, port?: number): Service => ({
  name,
  path: `services/${name}`,
  dependsOn: [],
  follows: [],
  ...(port !== undefined && { port }),
})
const shop: System = {
  name: 'shop',
  entry: 'gateway',
  services: [service('gateway', 4000), service('order', 4001), service('payment')],
}
const code = (act: () => unknown): unknown => {
  try {
    act()
  } catch (error) {
    return (error as { code?: string }).code
  }
  return undefined
}

describe('choosing a service', () => {
  test('without wishes it gets the next port and the edges of its template', () => {
    expect(chooseService({ name: 'billing', template: 'order' }, shop)).toEqual({
      name: 'billing',
      path: 'services/billing',
      port: 4002,
      dependsOn: ['payment'],
      follows: [],
    })
    expect(chooseService({ name: 'mailer', template: 'notification' }, shop).follows).toEqual(['order'])
  })

  test('it gets no port where the others leave theirs open, or none is left', () => {
    const withPorts = (...ports: (number | undefined)[]): System => ({
      ...shop,
      services: ports.map((port, index) => service(`s${index}`, port)),
    })
    const wish = { name: 'refunds', template: 'blank' }
    expect(chooseService(wish, withPorts(undefined, undefined)).port).toBeUndefined()
    expect(chooseService(wish, withPorts(65_535)).port).toBeUndefined()
    expect(chooseService(wish, withPorts()).port).toBe(4000)
  })

  test('said edges replace those of the template, each once', () => {
    const wish = { name: 'billing', template: 'order', dependsOn: ['order', 'order'] }
    expect(chooseService(wish, shop).dependsOn).toEqual(['order'])
  })

  test('callees that its code needs and the system lacks are told', () => {
    const wish = { name: 'edge', template: 'gateway' }
    const alone: System = { name: 'edge', entry: 'edge', services: [] }
    const gateway = templateNamed('gateway')!
    expect(missingCallees(gateway, chooseService(wish, alone))).toEqual(['order'])
    expect(missingCallees(gateway, chooseService(wish, shop))).toEqual([])
  })

  test('payment calls the provider, and cannot be without it, alone or in a system', () => {
    const wish = { name: 'billing', template: 'payment' }
    const withProvider = { ...shop, services: [...shop.services, service('provider')] }
    expect(chooseService(wish, withProvider).dependsOn).toEqual(['provider'])
    const alone: System = { name: 'billing', entry: 'billing', services: [] }
    for (const system of [shop, alone])
      expect(code(() => chooseService(wish, system))).toBe('template-needs-service')
  })

  const refused: [string, Parameters<typeof chooseService>[0], string][] = [
    ['a taken name', { name: 'order', template: 'blank' }, 'name-taken'],
    ['a taken port', { name: 'refunds', template: 'blank', port: 4001 }, 'bad-value'],
    ['an unknown callee', { name: 'refunds', template: 'blank', dependsOn: ['ordr'] }, 'unknown-service'],
    ['itself as callee', { name: 'refunds', template: 'blank', dependsOn: ['refunds'] }, 'unknown-service'],
    ['an unknown template', { name: 'refunds', template: 'paymnt' }, 'bad-value'],
    ...[
      'platform',
      'system',
      'msvc',
      'agent',
      'load',
      'proxy',
      'all',
      'services',
      'localhost',
      'con',
      'node-modules',
    ].map((name): [string, Parameters<typeof chooseService>[0], string] => [
      `the reserved name ${name}`,
      { name, template: 'blank' },
      'bad-name',
    ]),
    ...['Order', 'a', '-a', 'a-', 'a--b', 'a_b', '4u', '../up', 'a/b', ''].map(
      (name): [string, Parameters<typeof chooseService>[0], string] => [
        `the bad name ${JSON.stringify(name)}`,
        { name, template: 'blank' },
        'bad-name',
      ],
    ),
  ]
  test.each(refused)('%s is refused', (_, wish, expected) => {
    expect(code(() => chooseService(wish, shop))).toBe(expected)
  })
})

test('every template that a name can mean says a route of its own', () => {
  expect(serviceTemplates.map(({ route }) => route.startsWith('/'))).not.toContain(false)
})
