// Text files on the disk.

import { randomBytes } from 'node:crypto'
import { access, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Files } from '../ports.ts'

export const diskFiles: Files = {
  read: readText,

  readIfExists: (path) => readText(path).catch(absentAs(undefined)),

  exists: (path) =>
    access(path).then(
      () => true,
      () => false,
    ),

  async write(path, text) {
    await mkdir(dirname(path), { recursive: true })
    const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
    try {
      await using file = await open(temporary, 'wx')
      await file.writeFile(text)
      await file.sync()
    } catch (error) {
      await rm(temporary, { force: true })
      throw error
    }
    await rename(temporary, path)
  },

  list: (path) => readdir(path).catch(absentAs<string[]>([])),

  remove: (path) => rm(path, { recursive: true, force: true }),
}

// Reading a folder fails without saying which.
function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw Object.assign(error, { path })
  })
}

const absentAs =
  <T>(fallback: T) =>
  (error: NodeJS.ErrnoException): T => {
    if (error.code === 'ENOENT') return fallback
    throw error
  }
