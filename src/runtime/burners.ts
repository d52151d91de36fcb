// The burners of a fleet: processes of ours that faults start. The guard knows them as it knows the services.

import { fileURLToPath } from 'node:url'
import { moduleBeside } from '../adapters/module-beside.ts'
import type { Burner, BurnOrder } from '../chaos/processes-under-fault.ts'
import type { Processes, ServiceProcess } from '../ports.ts'

export interface Burners {
  burn(order: BurnOrder): Burner
  /** Under a name that no service can have. */
  running(): (ServiceProcess & { service: string })[]
  endAll(): Promise<void>
}

/** @param onChange which ones run is not as it was */
export function startBurners(processes: Processes, onChange: () => void): Burners {
  const running = new Set<ServiceProcess>()

  async function end(process: ServiceProcess): Promise<void> {
    processes.signalGroup(process, 'SIGKILL')
    await process.exited
  }

  return {
    burn(order) {
      const argv = [process.execPath, burnerEntry(), JSON.stringify(order)]
      const { PATH = '' } = process.env
      const burner = processes.spawn({ argv, cwd: process.cwd(), env: { PATH } }, () => {})
      running.add(burner)
      void burner.exited.then(() => {
        running.delete(burner)
        onChange()
      })
      onChange()
      return { ...burner, end: () => end(burner) }
    },
    running: () => [...running].map((burner) => ({ service: '(burner)', ...burner })),
    endAll: async () => void (await Promise.all([...running].map(end))),
  }
}

const burnerEntry = (): string => fileURLToPath(moduleBeside(import.meta.url, 'burner'))
