// What becomes of a new connection to a port of this machine.

import { probeHttp } from '../adapters/http-probe.ts'
import type { EdgeProbe } from '../chaos/fault.ts'

const answerWithinMs = 1000

export async function probePort(port: number): Promise<EdgeProbe> {
  try {
    await probeHttp.get(`http://127.0.0.1:${port}/readyz`, answerWithinMs)
    return 'answered'
  } catch (error) {
    const { code = '', name } = error as NodeJS.ErrnoException
    if (code === 'ECONNREFUSED') return 'refused'
    // It spoke, if not our language: something is there.
    if (code.startsWith('HPE_')) return 'answered'
    return name === 'TimeoutError' || name === 'AbortError' ? 'silent' : 'cut'
  }
}
