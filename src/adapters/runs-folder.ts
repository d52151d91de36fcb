// The folder of one run: lines appended as they come, whole files at the end.
//
//   .msvc/runs/<id>/  events.ndjson  acknowledged.ndjson   while it goes on
//                     report.html    run.json              when it has ended; run.json last

import { createWriteStream, type WriteStream } from 'node:fs'
import { lstat, mkdir, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'

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

export function openLines(path: string): LineFile {
  const stream: WriteStream = createWriteStream(path, { flags: 'wx' })
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
  read(place: LinePlace): Promise<string>
}

export async function readLines(path: string): Promise<LineReader> {
  const file = await open(path)
  return {
    async read({ from, bytes }) {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, from)
      if (bytesRead < bytes) throw new Error(`${path} ends before byte ${from + bytes}`)
      return buffer.toString('utf8')
    },
    [Symbol.asyncDispose]: () => file.close(),
  }
}
