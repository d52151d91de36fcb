// Runs an expression inside a Node process that knows nothing of us: through its inspector, which SIGUSR1
// opens on a loopback port. The inspector is told to close again in the same breath.

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

/** The value of the expression, which must be plain data. The inspector is closed afterwards. */
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
          params: { expression: `${closeSoon}; ${expression}`, returnByValue: true },
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

const closeSoon = "setTimeout(() => process.getBuiltinModule('node:inspector').close(), 0)"

interface InspectorAnswer {
  id?: number
  error?: { message: string }
  result?: { result?: { value?: unknown }; exceptionDetails?: { text: string } }
}
