// A byte stream cut into lines, of bounded length.

import { StringDecoder } from 'node:string_decoder'

/** Longer lines are cut: one line must not fill the memory of everybody who keeps logs. */
const maximumLength = 16_384

export interface LineSplitter {
  /** The lines that the chunk completed. */
  push(chunk: Buffer): string[]
  /** What is left at the end of the stream. */
  end(): string[]
}

export function lineSplitter(): LineSplitter {
  const decoder = new StringDecoder('utf8')
  const rest = { text: '' }
  return {
    push(chunk) {
      const parts = (rest.text + decoder.write(chunk)).split('\n')
      rest.text = (parts.pop() ?? '').slice(0, maximumLength)
      return parts.map(tidy)
    },
    end() {
      const last = rest.text + decoder.end()
      rest.text = ''
      return last === '' ? [] : [tidy(last)]
    },
  }
}

const tidy = (line: string): string => {
  const bare = line.endsWith('\r') ? line.slice(0, -1) : line
  return bare.length <= maximumLength ? bare : `${bare.slice(0, maximumLength)}…`
}
