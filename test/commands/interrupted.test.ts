// Ctrl-C in a real terminal (script(1) makes one): the exit code says so, and nothing is left half-made.
// Also when an old Node has handed over to ours, because then the terminal reaches two processes.

import { spawn, spawnSync } from 'node:child_process'
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { exitCodes } from '../../src/errors.ts'
import { newSystem } from '../../src/runtime/new.ts'
import { quietly, repository } from '../fixtures/rendered-system.ts'
import { filesBelow, temporaryFolder } from '../scaffold/temporary-folder.ts'

const run = join(repository, 'bin/run.js')
const oldNode = `--import ${join(repository, 'test/fixtures/old-node.mjs')}`
// util-linux's; the one of macOS and the BSDs takes other flags.
const hasTerminal = /util-linux/.test(spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout ?? '')

const ways = [
  ['the Node that runs it', ''],
  ['an old Node before it', oldNode],
] as const

interface Typed {
  cwd: string
  /** Of node and then of msvc. */
  line: string
  /** Ctrl-C is pressed once this was said. */
  says: RegExp
}

function pressCtrlC({ cwd, line, says }: Typed): Promise<{ code: number | null; text: string }> {
  return new Promise((resolve, reject) => {
    const command = `${process.execPath} ${line}`
    const env = { ...process.env, PATH: `${join(cwd, 'bin')}:${process.env['PATH']}`, CI: '' }
    const child = spawn('script', ['-qec', command, '/dev/null'], { cwd, env })
    let text = ''
    let isPressed = false
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      if (!isPressed && says.test(text)) {
        isPressed = true
        child.stdin.write('\u0003')
      }
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, text }))
  })
}

/** An npm that writes a little and then takes its time. */
async function slowNpm(folder: string): Promise<void> {
  await mkdir(join(folder, 'bin'))
  const script = '#!/bin/sh\nmkdir node_modules\n: >package-lock.json\necho npm is at work\nexec sleep 60\n'
  await writeFile(join(folder, 'bin/npm'), script)
  await chmod(join(folder, 'bin/npm'), 0o755)
}

describe.skipIf(!hasTerminal).each(ways)('Ctrl-C, with %s', (_, flags) => {
  test('while a system is made leaves no system', async () => {
    await using temporary = await temporaryFolder()
    await slowNpm(temporary.path)
    const line = `${flags} ${run} new system shop`
    const { code, text } = await pressCtrlC({ cwd: temporary.path, line, says: /npm is at work/ })
    expect({ code, text }).toMatchObject({ code: exitCodes.interrupted })
    expect(await readdir(temporary.path)).toEqual(['bin'])
  })

  test('ends a command that knows nothing of it as a signal does', async () => {
    await using temporary = await temporaryFolder()
    const line = `${flags} ${run} load http://127.0.0.1:1 --rps 1 --duration 60s --no-record`
    const { code } = await pressCtrlC({ cwd: temporary.path, line, says: /refused/ })
    expect(code).toBe(exitCodes.interrupted)
  })
})

describe.skipIf(!hasTerminal)('Ctrl-C while npm installs', () => {
  test('takes a new service back, and only that', async () => {
    await using temporary = await temporaryFolder()
    await newSystem('shop', quietly(temporary.path))
    const shop = join(temporary.path, 'shop')
    const before = await filesBelow(shop)
    await slowNpm(shop)
    const line = `${run} new service refunds`
    const { code } = await pressCtrlC({ cwd: shop, line, says: /npm is at work/ })
    expect(code).toBe(exitCodes.interrupted)
    const after = await filesBelow(shop)
    after.delete('bin/npm')
    expect(after).toEqual(before)
  })

  test('leaves what was in the folder before', async () => {
    await using temporary = await temporaryFolder()
    await slowNpm(temporary.path)
    await mkdir(join(temporary.path, 'shop'))
    await writeFile(join(temporary.path, 'shop/notes.txt'), 'mine')
    const line = `${run} new system shop`
    await pressCtrlC({ cwd: temporary.path, line, says: /npm is at work/ })
    expect(await readdir(join(temporary.path, 'shop'))).toEqual(['notes.txt'])
    expect(await readFile(join(temporary.path, 'shop/notes.txt'), 'utf8')).toBe('mine')
  })
})
