// What arrived, as notification's file mailbox keeps it: one message a line, one file a channel.

import { diskFiles } from './files.ts'
import { join } from 'node:path'

/** undefined when there is no mailbox. A line that a crash left half-written did not arrive. */
export async function readMailbox<T>(folder: string): Promise<T[] | undefined> {
  const names = (await diskFiles.list(folder)).filter((name) => name.endsWith('.ndjson'))
  if (names.length === 0) return undefined
  const texts = await Promise.all(names.map((name) => diskFiles.read(join(folder, name))))
  return texts.flatMap((text) => {
    const lines = text.split('\n')
    lines.pop()
    return lines.map((line) => JSON.parse(line) as T)
  })
}
