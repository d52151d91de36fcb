// The folder of one run: lines appended as they come, whole files at the end.
//
//   .msvc/runs/<id>/  events.ndjson  acknowledged.ndjson   while it goes on
//                     report.html    run.json              when it has ended; run.json last

import { once } from 'node:events'
import { close, createWriteStream, open, read, type WriteStream } from 'node:fs'
import { lstat, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { promisify } from 'node:util'

/** A part of a file that begins where a line does, and ends before the end of one. */
export interface LinePlace {
  from: number
  bytes: number
}

export interface LineFile {
  /** Kept in order; written in the background. Returns where they stand. */
  append(lines: readonly string[]): LinePlace
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

/** Rejects when there is no such file to be made. */
export async function openLines(path: string): Promise<LineFile> {
  const stream: WriteStream = createWriteStream(path, { flags: 'wx' })
  await once(stream, 'open')
  let written = 0
  // Observed from the start, so that a full disk is told at close and never as an unhandled error.
  const done = finished(stream)
  done.catch(() => {})
  return {
    append(lines) {
      const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''))
      if (bytes.length > 0) stream.write(bytes)
      const from = written
      written += bytes.length
      return { from, bytes: Math.max(0, bytes.length - 1) }
    },
    close: () => {
      stream.end()
      return done
    },
  }
}

export interface LineReader extends AsyncDisposable {
  /** Less of it where the file ends before. */
  read(place: LinePlace): Promise<string>
}

/** Whoever opens it early can read it whatever becomes of its folder. */
export async function readLines(path: string): Promise<LineReader> {
  // Not a FileHandle: of a run that fails nobody may be left to close it, and collecting an open one is an error.
  const file = await promisify(open)(path, 'r')
  return {
    async read({ from, bytes }) {
      const { buffer, bytesRead } = await promisify(read)(file, Buffer.alloc(bytes), 0, bytes, from)
      return buffer.toString('utf8', 0, bytesRead)
    },
    [Symbol.asyncDispose]: () => promisify(close)(file),
  }
}
