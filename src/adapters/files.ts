// Files on the disk; text, if not said otherwise.

import { randomBytes } from 'node:crypto'
import { access, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Files } from '../ports.ts'

export const diskFiles: Files = {
  read: (path) => readText(path),

  readIfExists: (path) => readText(path).catch(absentAs(undefined)),

  exists: (path) =>
    access(path).then(
      () => true,
      () => false,
    ),

  write: (path, text) => writeWhole(path, text),

  list: (path) => readdir(path).catch(absentAs<string[]>([])),

  remove: (path) => rm(path, { recursive: true, force: true }),
}

/**
 * For what is written at the end of something long: rejects at once as `write` would then. What stands there stays;
 * folders on the way to it are made.
 */
export async function requireWritable(path: string): Promise<void> {
  const found = await stat(path).catch(absentAs(undefined))
  if (found?.isDirectory() === true)
    throw Object.assign(new Error('it is a folder'), { code: 'EISDIR', syscall: 'write', path })
  const beside = `${path}.${randomBytes(6).toString('hex')}.tmp`
  await diskFiles.write(beside, '').catch((error: NodeJS.ErrnoException) => {
    throw Object.assign(error, { path })
  })
  await rm(beside)
}

/** As `write` of `Files`; pieces are written as they come, so that never all of them are in memory. */
export async function writeWhole(path: string, text: string | AsyncIterable<string>): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    await writeDurably(temporary, text)
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    // Nobody asked for the temporary file, so it is not what an error is about.
    throw Object.assign(error as NodeJS.ErrnoException, { path })
  }
}

async function writeDurably(path: string, text: string | AsyncIterable<string>): Promise<void> {
  await using file = await open(path, 'wx')
  await file.writeFile(text)
  await file.sync()
}

export const readBytesIfExists = (path: string): Promise<Uint8Array | undefined> =>
  readFile(path).catch(aboutPath(path)).catch(absentAs(undefined))

const readText = (path: string): Promise<string> => readFile(path, 'utf8').catch(aboutPath(path))

// Reading a folder fails without saying which.
const aboutPath =
  (path: string) =>
  (error: NodeJS.ErrnoException): never => {
    throw Object.assign(error, { path })
  }

const absentAs =
  <T>(fallback: T) =>
  (error: NodeJS.ErrnoException): T => {
    if (error.code === 'ENOENT') return fallback
    throw error
  }
