// Runs an expression inside a Node process that knows nothing of us: through its inspector, which SIGUSR1
// opens on a loopback port. With the expression goes the order to close it again, as soon as we have left:
// Node hangs for ever when it closes its inspector while somebody is connected (1 of 40 times on a busy machine).

import { readlinkSync } from 'node:fs'
import { basename } from 'node:path'

/** False: SIGUSR1 would not open an inspector, but end the process. */
export function isNodeProcess(pid: number): boolean {
  if (process.platform !== 'linux') return false // nobody tells us for certain
  try {
    return /^node(\d+|js)?$/.test(basename(readlinkSync(`/proc/${pid}/exe`)))
  } catch {
    return false // it is gone, or not ours to look at
  }
}

/** The address in the line that Node writes to its stderr. */
export const inspectorAddress = (line: string): string | undefined =>
  /^Debugger listening on (ws:\/\/127\.0\.0\.1:\d+\/\S+)$/.exec(line)?.[1]

/** The value of the expression, which must be plain data. The inspector closes afterwards. Linux only. */
export function evaluateAt(address: string, expression: string, signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(address)
    const end = (settle: () => void): void => {
      signal.removeEventListener('abort', giveUp)
      socket.close()
      settle()
    }
    const giveUp = (): void => end(() => reject(signal.reason))
    signal.addEventListener('abort', giveUp)
    socket.addEventListener('error', () => end(() => reject(new Error('its inspector does not answer'))))
    socket.addEventListener('open', () =>
      socket.send(
        JSON.stringify({
          id: 1,
          method: 'Runtime.evaluate',
          params: { expression: `(${closeOnceLeft.toString()})(); ${expression}`, returnByValue: true },
        }),
      ),
    )
    socket.addEventListener('message', ({ data }) => {
      const answer = JSON.parse(String(data)) as InspectorAnswer
      if (answer.id !== 1) return
      const reason = answer.error?.message ?? answer.result?.exceptionDetails?.text
      const value = answer.result?.result?.value
      end(() => (reason === undefined ? resolve(value) : reject(new Error(reason))))
    })
  })
}

/** Sent as text and evaluated there: it may use nothing from this file. */
function closeOnceLeft(): void {
  const inspector = process.getBuiltinModule('node:inspector')
  const { readFileSync } = process.getBuiltinModule('node:fs')
  const port = Number(new URL(inspector.url() ?? 'ws://closed:0').port)
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  // Established, or left by the other side and not yet by this one.
  const connected = new RegExp(`^ *\\d+: \\w+:${hex} \\w+:\\w+ 0[18] `, 'm')
  let looksWithout = 0
  const look = setInterval(() => {
    looksWithout = connected.test(readFileSync('/proc/self/net/tcp', 'latin1')) ? 0 : looksWithout + 1
    if (looksWithout < 2) return
    clearInterval(look)
    inspector.close()
  }, 25)
}

interface InspectorAnswer {
  id?: number
  error?: { message: string }
  result?: { result?: { value?: unknown }; exceptionDetails?: { text: string } }
}
