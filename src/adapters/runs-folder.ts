// The folder of one run: lines appended as they come, whole files at the end.
//
//   .msvc/runs/<id>/  events.ndjson  acknowledged.ndjson   while it goes on
//                     report.html    run.json              when it has ended; run.json last

import { createWriteStream, type WriteStream } from 'node:fs'
import { lstat, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'

export interface LineFile {
  /** Kept in order; written in the background. */
  append(lines: readonly string[]): void
  /** Resolves when everything is on disk; rejects when something could not be written. */
  close(): Promise<void>
}

export async function makeRunFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
}

/** What the files in it take, without folders inside, and without what links lead to: that stays. */
export async function folderBytes(folder: string): Promise<number> {
  const isFolder = (await lstat(folder)).isDirectory()
  const files = isFolder ? await readdir(folder) : []
  const sizes = await Promise.all(files.map(async (file) => (await lstat(join(folder, file))).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}

export function openLines(path: string): LineFile {
  const stream: WriteStream = createWriteStream(path, { flags: 'a' })
  // Observed from the start, so that a full disk is told at close and never as an unhandled error.
  const done = finished(stream)
  done.catch(() => {})
  return {
    append: (lines) => {
      if (lines.length > 0) stream.write(`${lines.join('\n')}\n`)
    },
    close: () => {
      stream.end()
      return done
    },
  }
}
