import { expect, test } from 'vitest'
import { nearestCommand } from '../../src/cli/nearest-command.ts'

const known = ['chaos', 'chaos kill', 'chaos heal', 'load', 'load compare', 'new', 'new system', 'status']

test.each([
  ['chaos kil payment', { typed: 'chaos kil', suggestion: 'chaos kill' }],
  ['choas kill payment', { typed: 'choas kill', suggestion: 'chaos kill' }],
  ['chaos explode payment', { typed: 'chaos explode' }],
  ['statsu', { typed: 'statsu', suggestion: 'status' }],
  ['lod', { typed: 'lod', suggestion: 'load' }],
  ['new sytem shop', { typed: 'new sytem', suggestion: 'new system' }],
  ['frobnicate all', { typed: 'frobnicate' }],
])('msvc %s', (line, expected) => expect(nearestCommand(line.split(' '), known)).toEqual(expected))
