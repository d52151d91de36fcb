// The proxy processes of a fleet: one at work, and a spare one that has started and waits for its job.
//
// Node takes longer to start than edges may be down, so what replaces a killed proxy is there before it is
// needed. A spare listens nowhere; the guard and the agent's record know it as they know the one at work.

import { fileURLToPath } from 'node:url'
import { moduleBeside } from '../adapters/module-beside.ts'
import { ownProcess } from '../adapters/own-process.ts'
import type { Clock, Output, Processes, ServiceProcess } from '../ports.ts'

export interface ProxyProcesses {
  /** The spare one, or else a new one; both wait for their job. */
  take(): ServiceProcess
  /** A spare one is there, or on its way, until it is taken. */
  keepSpare(): void
  all(): ServiceProcess[]
  /** Ends all; none is started any more. */
  stop(): Promise<void>
}

export interface ProxyProcessesParts {
  processes: Processes
  clock: Pick<Clock, 'sleep'>
  cwd: string
  /** One was started or has ended. */
  onProcess(): void
  onOutput(lines: Output[]): void
}

const entry = fileURLToPath(moduleBeside(import.meta.url, 'proxy-process'))
/** A spare that ended by itself would do so again. */
const spareAgainMs = 5000

export function proxyProcesses(parts: ProxyProcessesParts): ProxyProcesses {
  const { processes, clock, cwd, onProcess, onOutput } = parts
  const all = new Set<ServiceProcess>()
  let spare: ServiceProcess | undefined
  let isOver = false

  function launch(): ServiceProcess {
    const launched = processes.spawn({ argv: ownProcess(entry), cwd, env: environment() }, onOutput)
    all.add(launched)
    onProcess()
    void launched.exited.then(() => {
      all.delete(launched)
      onProcess()
      if (spare !== launched) return
      spare = undefined
      void clock.sleep(spareAgainMs).then(keepSpare)
    })
    return launched
  }

  function keepSpare(): void {
    if (!isOver) spare ??= launch()
  }

  return {
    take() {
      const taken = spare ?? launch()
      spare = undefined
      return taken
    },
    keepSpare,
    all: () => [...all],
    async stop() {
      isOver = true
      const ending = [...all]
      for (const one of ending) processes.signalGroup(one, 'SIGTERM')
      await Promise.all(ending.map(({ exited }) => exited))
    },
  }
}

const environment = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
