// A server in a process of its own, which tells its URL when it listens, and its CPU time when it is asked.

import { fork } from 'node:child_process'
import { once } from 'node:events'

export interface ChildServer {
  url: string
  pid: number
  /** Of the whole process, user and system, so far. */
  cpuUs(): Promise<number>
  stop(): Promise<void>
}

export async function forkServer(
  path: string,
  args: string[],
  { env = {}, execArgv = [] }: { env?: Record<string, string>; execArgv?: string[] } = {},
): Promise<ChildServer> {
  const child = fork(path, args, { env: { ...process.env, ...env }, execArgv })
  const exited = once(child, 'exit')
  const ended = exited.then(([code]) => {
    throw new Error(`${path} ${args.join(' ')} ended with ${String(code)}`)
  })
  ended.catch(() => {}) // heard where somebody waits for an answer
  const said = async (): Promise<Record<string, unknown>> => {
    const [message] = await Promise.race([once(child, 'message'), ended])
    return message as Record<string, unknown>
  }
  const { url } = await said()
  return {
    url: String(url),
    pid: child.pid ?? 0,
    async cpuUs() {
      const answer = said()
      child.send('cpu')
      return Number((await answer)['cpuUs'])
    },
    async stop() {
      child.disconnect()
      await exited
    },
  }
}
