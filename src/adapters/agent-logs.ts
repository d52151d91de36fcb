// The services' output on the disk, bounded: .msvc/logs/<service>.log and one older file beside it.
// A line is `<ISO time> <out|err> <what the service wrote>`, so that it reads well without msvc too.
//
// Written synchronously, chunk by chunk: nothing piles up in memory, nothing is lost by a kill -9, and
// a service that writes faster than the disk takes it waits on its own pipe.

import { closeSync, fstatSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Output } from '../ports.ts'
import type { LogLine } from '../system/agent-api.ts'

const defaultMaximumBytes = 5_000_000

export interface LogStore extends Disposable {
  append(service: string, at: number, lines: Output[]): void
}

export const logFolder = (root: string): string => join(root, '.msvc', 'logs')

export function openLogs(root: string, maximumBytes = defaultMaximumBytes): LogStore {
  const folder = logFolder(root)
  mkdirSync(folder, { recursive: true })
  const open = new Map<string, { file: number; bytes: number }>()

  const fileOf = (service: string) => {
    const known = open.get(service)
    if (known !== undefined && known.bytes < maximumBytes) return known
    const path = join(folder, `${service}.log`)
    if (known !== undefined) {
      closeSync(known.file)
      renameSync(path, `${path}.1`)
    }
    const file = openSync(path, 'a', 0o600)
    const fresh = { file, bytes: fstatSync(file).size }
    open.set(service, fresh)
    return fresh
  }

  return {
    append(service, at, lines) {
      const target = fileOf(service)
      const time = new Date(at).toISOString()
      const text = lines
        .map(({ stream, line }) => `${time} ${stream === 'stdout' ? 'out' : 'err'} ${line}\n`)
        .join('')
      target.bytes += writeSync(target.file, text)
    },
    [Symbol.dispose]: () => {
      for (const { file } of open.values()) closeSync(file)
      open.clear()
    },
  }
}

/** The last lines that were kept of a service, oldest first; none when it never wrote. */
export function readLogs(root: string, service: string, tail: number): LogLine[] {
  const path = join(logFolder(root), `${service}.log`)
  const lines = linesOf(path)
  const all = lines.length >= tail ? lines : [...linesOf(`${path}.1`), ...lines]
  return all.slice(Math.max(0, all.length - tail)).flatMap((line) => parse(service, line))
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').slice(0, -1)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

function parse(service: string, text: string): LogLine[] {
  const [, time = '', stream, line = ''] = /^(\S+) (out|err) (.*)$/s.exec(text) ?? []
  const at = Date.parse(time)
  return Number.isNaN(at) ? [] : [{ service, at, stream: stream === 'err' ? 'stderr' : 'stdout', line }]
}
