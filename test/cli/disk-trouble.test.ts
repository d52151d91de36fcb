// What the disk refuses is told as such, with the path, never as a bug of msvc.

import { spawnSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { diskFiles, requireWritable } from '../../src/adapters/files.ts'
import { setHalted } from '../../src/adapters/agent-halt.ts'
import { describeTrouble } from '../../src/cli/trouble.ts'
import { newService, newSystem } from '../../src/runtime/new.ts'
import { startFleet } from '../../src/runtime/up.ts'
import { quietly, repository } from '../fixtures/rendered-system.ts'
import { temporaryFolder } from '../scaffold/temporary-folder.ts'

async function troubleOf(work: () => unknown) {
  try {
    await work()
  } catch (error) {
    return describeTrouble(error)
  }
  throw new Error('expected trouble')
}

const msvc = (cwd: string, ...args: string[]) =>
  spawnSync(process.execPath, [join(repository, 'bin/dev.js'), ...args], { cwd, encoding: 'utf8' })

describe('a system whose msvc.yaml is a folder', () => {
  test.each([
    ['up', (root: string) => startFleet({ root, cliVersion: 'test' })],
    ['new service', (root: string) => newService({ name: 'refunds', template: 'blank' }, quietly(root))],
  ])('%s says so', async (_, work) => {
    await using temporary = await temporaryFolder()
    await mkdir(join(temporary.path, 'msvc.yaml'))
    expect(await troubleOf(() => work(temporary.path))).toMatchObject({
      code: 'disk-refused',
      message: `Cannot read ${temporary.path}/msvc.yaml: it is a folder.`,
    })
  })
})

test.each([
  ['new system', (file: string) => newSystem('shop', quietly(file))],
  ['chaos halt', (file: string) => setHalted(file, true)],
  ['load --junit', (file: string) => diskFiles.write(join(file, 'load.xml'), '')],
  ['load --junit, before the load', (file: string) => requireWritable(join(file, 'load.xml'))],
])('%s below a file: something on the way is no folder', async (_, work) => {
  await using temporary = await temporaryFolder()
  const file = join(temporary.path, 'notes.txt')
  await writeFile(file, '')
  expect(await troubleOf(() => work(file))).toMatchObject({ code: 'disk-refused', exitCode: 1 })
})

test('a file where a folder stands is named as it was asked for, and nothing is left beside it', async () => {
  await using temporary = await temporaryFolder()
  const path = join(temporary.path, 'load.hgrm')
  mkdirSync(path)
  expect(await troubleOf(() => diskFiles.write(path, ''))).toMatchObject({
    code: 'disk-refused',
    message: `Cannot write ${path}: it is a folder.`,
  })
  expect(readdirSync(temporary.path)).toEqual(['load.hgrm'])
})

test('a whole command shows it without a stack, and as data', async () => {
  await using temporary = await temporaryFolder()
  await mkdir(join(temporary.path, 'msvc.yaml'))
  const { status, stderr } = msvc(temporary.path, 'up', '-d')
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr:
      `Error: Cannot read ${temporary.path}/msvc.yaml: it is a folder.\n` +
      'Next:  Mend that, or use another folder; then type the same again.\n',
  })
  const { error } = JSON.parse(msvc(temporary.path, 'up', '-d', '--json').stdout)
  expect(error).toMatchObject({ code: 'disk-refused', data: { errno: 'EISDIR' } })
})

describe('what Node itself throws', () => {
  const cases: [name: string, work: (folder: string) => unknown, message: RegExp][] = [
    [
      'a name that is too long',
      (f) => mkdirSync(join(f, 'x'.repeat(300))),
      /make the folder .*: its name is/,
    ],
    [
      'a file where a folder should be',
      (f) => mkdirSync(join(f, 'file')),
      /a file of that name is in the way/,
    ],
    ['links in a circle', (f) => readFileSync(join(f, 'circle')), /open .*: its links lead in a circle/],
    ['no folder above', (f) => mkdtempSync(join(f, 'absent/x-')), /what should hold it is missing/],
  ]
  test.each(cases)('%s', async (_, work, message) => {
    await using temporary = await temporaryFolder()
    writeFileSync(join(temporary.path, 'file'), '')
    symlinkSync('circle', join(temporary.path, 'circle'))
    expect((await troubleOf(() => work(temporary.path))).message).toMatch(message)
  })

  // Made by hand: to meet them takes a full or a broken disk, or not being root.
  test.each([
    ['EACCES', 'open', 'Cannot open /x: you may not (permission denied).'],
    ['EROFS', 'rename', 'Cannot write /x: it is on a file system that is read-only.'],
    ['ENOSPC', 'write', 'Cannot write /x: no space is left there.'],
    ['EACCES', 'spawn git', 'Cannot run /x: you may not (permission denied).'],
  ])('%s of %s', (code, syscall, message) => {
    const error = Object.assign(new Error(code), { code, syscall, path: '/x' })
    expect(describeTrouble(error)).toMatchObject({ code: 'disk-refused', message })
  })

  test('no space while an open file is written on has no path', () => {
    const error = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', syscall: 'write' })
    expect(describeTrouble(error)).toMatchObject({ message: 'Cannot write a file: no space is left there.' })
  })

  test('a file that is missing, or a port that may not be listened on, stays a bug', () => {
    const missing = Object.assign(new Error('ENOENT'), { code: 'ENOENT', syscall: 'open', path: '/x' })
    const listening = Object.assign(new Error('EACCES'), { code: 'EACCES', syscall: 'listen' })
    expect([missing, listening].map((error) => describeTrouble(error).code)).toEqual(['bug', 'bug'])
  })
})

test('the folder that one is in may be gone', async () => {
  await using temporary = await temporaryFolder()
  const gone = join(temporary.path, 'gone')
  mkdirSync(gone)
  const script = 'rmdir "$PWD" && exec "$0" "$1" status'
  const args = ['-c', script, process.execPath, join(repository, 'bin/dev.js')]
  const { status, stderr } = spawnSync('sh', args, { cwd: gone, encoding: 'utf8' })
  rmSync(gone, { recursive: true, force: true })
  expect({ status, stderr }).toMatchObject({ status: 2, stderr: expect.stringContaining('was removed') })
})

test('a path is tried before something long without touching what stands there', async () => {
  await using temporary = await temporaryFolder()
  const path = join(temporary.path, 'reports', 'load.xml')
  await requireWritable(path)
  expect(await readdir(join(temporary.path, 'reports'))).toEqual([])
  await writeFile(path, 'of the last run')
  await requireWritable(path)
  expect(await readFile(path, 'utf8')).toBe('of the last run')
  expect(await troubleOf(() => requireWritable(join(temporary.path, 'reports')))).toMatchObject({
    code: 'disk-refused',
    message: `Cannot write ${join(temporary.path, 'reports')}: it is a folder.`,
  })
})
