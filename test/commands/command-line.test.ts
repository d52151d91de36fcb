// What msvc says before any command runs: versions, help, and words that name nothing.

import { join } from 'node:path'
import { Config } from '@oclif/core/config'
import { expect, test } from 'vitest'
import { repository } from '../fixtures/rendered-system.ts'
import { msvc as msvcIn, type Typed } from '../fixtures/typed-msvc.ts'

const oldNode = join(repository, 'test/fixtures/old-node.mjs')

const msvc = (line: string, typed?: Typed) => msvcIn(process.cwd(), line, typed)

const unknown = (message: string) => `Error: msvc ${message}\nNext:  See all commands with \`msvc help\`.\n`

test.each([
  ['foo', 'foo is not a command.'],
  ['help foo', 'foo is not a command.'],
  ['foo --help', 'foo is not a command.'],
  ['foo -h', 'foo is not a command.'],
  ['statsu', 'statsu is not a command. Did you mean msvc status?'],
  ['help statsu', 'statsu is not a command. Did you mean msvc status?'],
  ['chaos kil payment', 'chaos kil is not a command. Did you mean msvc chaos kill?'],
  ['lod http://127.0.0.1:4000/a --rps 5', 'lod is not a command. Did you mean msvc load?'],
  [
    'http://127.0.0.1:4000/a --rps 5',
    'http://127.0.0.1:4000/a is not a command. Did you mean msvc load http://127.0.0.1:4000/a?',
  ],
])('msvc %s', async (line, message) => {
  expect(await msvc(line)).toEqual({ code: 2, stdout: '', stderr: unknown(message) })
})

test.each(['foo --json', '--json foo', '--no-input --json foo', 'help foo --json', 'foo --help --json'])(
  'msvc %s: the error is data',
  async (line) => {
    const { code, stdout, stderr } = await msvc(line)
    expect({ code, stderr }).toEqual({ code: 2, stderr: '' })
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'unknown-command', data: { name: 'foo' } } })
  },
)

test('the flags that every command takes may stand before its name', async () => {
  const { stdout } = await msvc('--json load ftp://a/')
  // A bad target is told before the rate that is missing too.
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'target-invalid' } })
})

test.each(['--help', '-h', 'help'])('msvc %s shows the commands', async (line) => {
  expect(await msvc(line)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ {2}status +Show/m) })
})

test('no help tears its lines: a description breaks only after a sentence or an entry of a list', async () => {
  const { commands } = await Config.load(repository)
  const torn = commands.flatMap(({ id, description = '' }) =>
    description
      .split('\n')
      .filter((line) => line !== '' && !/[.:]$/.test(line) && !/^[a-z]+: /.test(line))
      .map((line) => `${id}: ${line}`),
  )
  expect(commands.length).toBeGreaterThan(30)
  expect(torn).toEqual([])
})

test.each([
  ['chaos kill', 'Missing argument TARGET: Name of the service.'],
  ['chaos latency order:payment', 'Missing required flag latency'],
])('msvc %s says in one line what is missing', async (line, message) => {
  const stderr = expect.stringContaining(
    `Error: ${message}\nNext:  See the arguments and flags with --help.\n`,
  ) as string
  expect(await msvc(line)).toMatchObject({ code: 2, stdout: '', stderr })
})

test('msvc load -h shows the help of load', async () => {
  expect(await msvc('load -h')).toMatchObject({ code: 0, stdout: expect.stringContaining('--rps') })
})

test.each(['--version', '-v'])(
  'msvc %s is the same from oclif, without it, and on an old Node',
  async (line) => {
    const version = `msvc/0.1.0 ${process.platform}-${process.arch} node-${process.version}\n`
    expect(await msvc(line)).toMatchObject({ code: 0, stdout: version })
    expect(await msvc(line, { program: 'bin/run.js' })).toMatchObject({ code: 0, stdout: version })
    const flags = ['--import', oldNode]
    expect(await msvc(line, { program: 'bin/run.js', flags })).toMatchObject({ code: 0, stdout: version })
  },
)
