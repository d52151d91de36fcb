// What the commands of faults ask of the running fleet.

import type { FaultTools } from '../cli/fault-command.ts'
import { connectAgent } from './agent-client.ts'
import { rootHere } from './here.ts'

const connected = async () => connectAgent(await rootHere())

export const faultTools: FaultTools = {
  check: async (request) => (await connected()).checkFault(request),
  set: async (request) => (await connected()).fault(request),
  async watch(fault, views) {
    const [{ watchFault }, agent] = await Promise.all([import('./watch-fault.ts'), connected()])
    return watchFault(agent, fault, views)
  },
}
