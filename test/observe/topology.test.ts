import { describe, expect, test } from 'vitest'
import { topologyOf, type TopologyEdge } from '../../src/observe/topology.ts'

const call = (name: string): TopologyEdge => ({ name, kind: 'call' })
const follow = (name: string): TopologyEdge => ({ name, kind: 'follow' })

/** A line a row: indent, service, edge; `again` for one that stands elsewhere. */
const drawn = (entry: string, services: string, edges: TopologyEdge[]): string[] =>
  topologyOf(entry, services.split(' '), edges).map(
    ({ service, depth, edge, isAgain }) =>
      `${'.'.repeat(depth)}${service}${edge === null ? '' : ` ${edge.name}`}${isAgain ? ' again' : ''}`,
  )

describe('a topology, from the entry on', () => {
  test.each([
    ['a service alone', 'a', [], ['a']],
    [
      'a chain, and who follows stands below whom it reads',
      'notification payment order gateway',
      [call('gateway:order'), call('order:payment'), follow('notification:order')],
      ['gateway', '.order gateway:order', '..payment order:payment', '..notification notification:order'],
    ],
    [
      'a service with two callers stands where it is nearest, and the other edge stands too',
      'gateway order payment',
      [call('gateway:order'), call('order:payment'), call('gateway:payment')],
      ['gateway', '.order gateway:order', '..payment order:payment again', '.payment gateway:payment'],
    ],
    [
      'a circle of a call and a follow ends',
      'gateway order payment',
      [call('gateway:order'), call('order:payment'), follow('payment:order'), follow('order:payment')],
      [
        'gateway',
        '.order gateway:order',
        '..payment order:payment',
        '...order order:payment again',
        '..payment payment:order again',
      ],
    ],
    [
      'what nobody reaches stands below as a root of its own',
      'gateway order report',
      [call('report:order'), call('gateway:order')],
      ['gateway', '.order gateway:order', 'report', '.order report:order again'],
    ],
    [
      'the ways in from outside are no rows',
      'gateway',
      [{ name: 'client:gateway', kind: 'client' as const }],
      ['gateway'],
    ],
  ])('%s', (_, services, edges, rows) => {
    const entry = services.includes('gateway') ? 'gateway' : 'a'
    expect(drawn(entry, services, edges)).toEqual(rows)
  })

  test('has every service and every edge once, however they hang together', () => {
    const services = Array.from({ length: 20 }, (_, index) => `s${index}`)
    const edges = services.flatMap((from, index) =>
      [2 * index + 1, 2 * index + 2, index + 3]
        .filter((to) => to < 20)
        .map((to, which) => (which === 2 ? follow(`s${to}:${from}`) : call(`${from}:s${to}`))),
    )
    const rows = topologyOf('s0', services, edges)
    const own = rows.filter(({ isAgain }) => !isAgain).map(({ service }) => service)
    const told = rows.flatMap(({ edge }) => (edge === null ? [] : [edge.name]))
    expect(own.toSorted()).toEqual(services.toSorted())
    expect(told.toSorted()).toEqual(edges.map(({ name }) => name).toSorted())
  })
})
