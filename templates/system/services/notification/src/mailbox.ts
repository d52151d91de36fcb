// The default of every channel: a file to read what would have been sent, one message a line.
//
// A message is on disk before `send` resolves, and an id that is there already is not written again: so
// a repetition after a crash arrives once. What waits is written together, with one fsync. A line that a
// crash cut off is removed at the next start: nobody was told that it had arrived.

import { close, fdatasync, mkdirSync, openSync, readFileSync, statSync, truncateSync, write } from 'node:fs'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import type { Channel } from './channel.ts'
import type { Message } from './message.ts'

const writeTo = promisify(write)
const syncToDisk = promisify(fdatasync)
const closeFile = promisify(close)

export function openMailbox(path: string): Channel {
  mkdirSync(dirname(path), { recursive: true })
  const file = openSync(path, 'a+')
  const arrived = wholeLines(path)
  let waiting: Waiting[] = []
  let writing: Promise<void> | undefined

  return {
    via: 'mailbox',
    send(message) {
      if (arrived.has(message.id)) return Promise.resolve()
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      waiting.push({ message, resolve, reject })
      // Who comes while a write is under way goes with the next one.
      writing ??= writeAll().finally(() => (writing = undefined))
      return promise
    },
    async close() {
      await writing
      await closeFile(file)
    },
  }

  async function writeAll(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      try {
        await append(batch.map(({ message }) => message))
        for (const { resolve } of batch) resolve()
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
  }

  async function append(messages: Message[]): Promise<void> {
    const fresh = new Map(messages.filter(({ id }) => !arrived.has(id)).map((one) => [one.id, one]))
    const bytes = Buffer.from([...fresh.values()].map((one) => `${JSON.stringify(one)}\n`).join(''))
    const { size } = statSync(path)
    try {
      const { bytesWritten } = await writeTo(file, bytes)
      if (bytesWritten < bytes.length) throw new Error('the disk took only a part of it')
      await syncToDisk(file)
    } catch (error) {
      truncateSync(path, size) // half a line would spoil the next one
      throw error
    }
    for (const id of fresh.keys()) arrived.add(id)
  }
}

interface Waiting {
  message: Message
  resolve: () => void
  reject: (error: unknown) => void
}

/** The ids in the file, which ends with a whole line afterwards. */
function wholeLines(path: string): Set<string> {
  const text = readFileSync(path, 'utf8')
  const end = text.lastIndexOf('\n') + 1
  truncateSync(path, Buffer.byteLength(text.slice(0, end)))
  const lines = text.slice(0, end).split('\n').slice(0, -1)
  return new Set(lines.map((line) => (JSON.parse(line) as Message).id))
}
