// kill -9 at any moment: a system or a service is there whole or not at all, and the next run tidies up.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { watch } from 'node:fs'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { sha256 } from '../../src/adapters/sha256.ts'
import { recoverWrites } from '../../src/adapters/tree-writer.ts'
import { filesBelow, temporaryFolder } from './temporary-folder.ts'

const script = fileURLToPath(new URL('fixtures/write-tree.ts', import.meta.url))
const kills = 5
const edits = 300

/** Kills the writer some time after it began; the time is spread over what a whole run takes. */
async function writeAndKill(root: string, mode: 'new' | 'join', afterMs: number): Promise<void> {
  const child = spawn(process.execPath, [script, root, mode], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  await once(child.stdout, 'data')
  await wait(afterMs)
  child.kill('SIGKILL')
  await exited
}

const leftovers = async (folder: string) => (await readdir(folder)).filter((name) => name.includes('.msvc-'))

describe('kill -9', () => {
  test('of a new system leaves all of it or nothing', { timeout: 30_000 }, async () => {
    const seen = new Set<number>()
    for (let attempt = 0; attempt < kills; attempt++) {
      await using temporary = await temporaryFolder()
      const root = join(temporary.path, 'shop')
      await writeAndKill(root, 'new', attempt * 20)
      const names = await readdir(temporary.path)
      const count = names.includes('shop') ? (await filesBelow(root)).size : 0
      expect([0, 300]).toContain(count)
      seen.add(count)

      await recoverWrites(temporary.path)
      expect(await leftovers(temporary.path)).toEqual([])
      expect((await filesBelow(temporary.path)).size).toBe(count)
    }
    // Killed at once, nothing is there yet: the test did interrupt.
    expect(seen).toContain(0)
  })

  /** A folder with many files that the writer edits. */
  async function rootToJoin(path: string): Promise<void> {
    await mkdir(join(path, 'services'))
    for (let index = 0; index < edits; index++) await writeFile(join(path, `file-${index}.txt`), 'before')
  }

  /** After the next run: every edit made and the new folder there, or neither. */
  async function stateAfterRecovery(root: string): Promise<'before' | 'after'> {
    await recoverWrites(root)
    expect(await leftovers(root)).toEqual([])
    const files = await filesBelow(root)
    const texts = new Set(
      Array.from({ length: edits }, (_, index) => files.get(`file-${index}.txt`)?.toString()),
    )
    expect(texts.size).toBe(1)
    const state = texts.has('after') ? 'after' : 'before'
    expect(files.size).toBe(state === 'after' ? edits + 300 : edits)
    return state
  }

  test('of a new service leaves, after the next run, all of it or nothing', { timeout: 30_000 }, async () => {
    for (let attempt = 0; attempt < kills; attempt++) {
      await using temporary = await temporaryFolder()
      await rootToJoin(temporary.path)
      await writeAndKill(temporary.path, 'join', attempt * 20)
      await stateAfterRecovery(temporary.path)
    }
  })

  test('between two edits is finished by the next run', { timeout: 30_000 }, async () => {
    await using temporary = await temporaryFolder()
    await rootToJoin(temporary.path)
    const services = watch(join(temporary.path, 'services'))
    const child = spawn(process.execPath, [script, temporary.path, 'join'], { stdio: 'ignore' })
    const exited = once(child, 'exit')
    await once(services, 'change') // the new folder is placed: the edits begin
    child.kill('SIGKILL')
    await exited
    services.close()
    expect(await leftovers(temporary.path)).toHaveLength(1)
    expect(await stateAfterRecovery(temporary.path)).toBe('after')
  })
})

describe('the next run', () => {
  // The pid of a process that has ended: nothing that lives has it while this test runs.
  async function deadPid(): Promise<number> {
    const child = spawn(process.execPath, ['-e', ''])
    await once(child, 'exit')
    return child.pid!
  }

  async function decided(root: string, lockNow: string): Promise<string> {
    const staging = join(root, `.shop.msvc-${await deadPid()}`)
    await mkdir(join(staging, 'files'), { recursive: true })
    await mkdir(join(root, 'services/refunds'), { recursive: true })
    await writeFile(join(root, 'lock.json'), lockNow)
    await writeFile(join(staging, 'files/lock.json'), 'after')
    const replace = {
      how: 'replace-file',
      path: 'lock.json',
      sha256Before: sha256(Buffer.from('before')),
      sha256: sha256(Buffer.from('after')),
    }
    // The folder has been moved already: its place is taken and its staged copy gone.
    const moves = [{ how: 'place-folder', path: 'services/refunds' }, replace]
    await writeFile(join(staging, 'journal.json'), JSON.stringify({ root: '.', moves }))
    return staging
  }

  test('finishes what a killed one had decided', async () => {
    await using temporary = await temporaryFolder()
    await decided(temporary.path, 'before')
    expect(await recoverWrites(temporary.path)).toHaveLength(1)
    expect((await filesBelow(temporary.path)).get('lock.json')?.toString()).toBe('after')
  })

  test('leaves a file alone that somebody has changed since', async () => {
    await using temporary = await temporaryFolder()
    await decided(temporary.path, 'edited by hand')
    await recoverWrites(temporary.path)
    expect((await filesBelow(temporary.path)).get('lock.json')?.toString()).toBe('edited by hand')
    expect(await leftovers(temporary.path)).toEqual([])
  })

  test('does not touch the staging of a run that lives, nor what only looks like one', async () => {
    await using temporary = await temporaryFolder()
    await mkdir(join(temporary.path, `.shop.msvc-${process.pid}`, 'files'), { recursive: true })
    await mkdir(join(temporary.path, `.notes.msvc-${await deadPid()}`, 'mine'), { recursive: true })
    expect(await recoverWrites(temporary.path)).toEqual([])
    expect(await leftovers(temporary.path)).toHaveLength(2)
  })
})
