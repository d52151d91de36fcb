// The file of anchors, which is only ever added to: how far the log was, and what its hash was.
//
//   {"at":1764000000000,"pos":1842,"hash":"9f…"}     one line an anchor
//
// A crash or a full disk may leave half a line. The next anchor begins on a line of its own, so that the half
// spoils no whole one; whoever reads passes over it and says so.

import {
  appendFileSync,
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
} from 'node:fs'
import { dirname } from 'node:path'

export interface Anchor {
  /** Epoch milliseconds. */
  at: number
  pos: number
  hash: string
}

export interface LastAnchor {
  /** undefined when there is none. */
  anchor: Anchor | undefined
  /** Lines after it that are no anchors. */
  torn: number
}

/** On disk when it returns. */
export function appendAnchor(path: string, anchor: Anchor): void {
  mkdirSync(dirname(path), { recursive: true })
  const file = openSync(path, 'a+')
  try {
    const line = `${JSON.stringify(anchor)}\n`
    appendFileSync(file, endsTorn(file) ? `\n${line}` : line)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

export function readLastAnchor(path: string): LastAnchor {
  if (!existsSync(path)) return { anchor: undefined, torn: 0 }
  const file = openSync(path, 'r')
  try {
    const lines = readEnd(file, tailBytes)
      .split('\n')
      .filter((line) => line !== '')
      .map(anchorIn)
    const last = lines.findLastIndex((anchor) => anchor !== undefined)
    return { anchor: lines[last], torn: lines.length - 1 - last }
  } finally {
    closeSync(file)
  }
}

/** Hundreds of anchors: the file grows for years, and only its end is asked for. */
const tailBytes = 64 * 1024

const endsTorn = (file: number): boolean => !['', '\n'].includes(readEnd(file, 1))

function readEnd(file: number, atMost: number): string {
  const { size } = fstatSync(file)
  const bytes = Buffer.alloc(Math.min(size, atMost))
  readSync(file, bytes, 0, bytes.length, size - bytes.length)
  return bytes.toString('utf8')
}

function anchorIn(line: string): Anchor | undefined {
  try {
    const { at, pos, hash } = (JSON.parse(line) ?? {}) as Partial<Anchor>
    return at === undefined || pos === undefined || hash === undefined ? undefined : { at, pos, hash }
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
