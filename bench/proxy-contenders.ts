// Ways to reach a server: with nothing in between, through our proxy, through a real Toxiproxy. The proxies run
// in processes of their own, as always, and are asked through the same API.

import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { freePorts } from '../src/adapters/ports-free.ts'
import { statOf } from '../src/adapters/process-identity.ts'

export interface Contender {
  name: string
  /** Makes a proxy in front of the port and tells where it listens. */
  inFrontOf(port: number): Promise<Place>
  /** CPU time of its process so far. */
  cpuMs(): number
  stop(): void
}

export interface Place {
  /** host:port */
  listen: string
  /** Base of the proxy's own routes; undefined: nothing is in between. */
  url: string | undefined
}

export type ProxyContender = Contender & { api: string }

export const direct = (): Contender => ({
  name: 'direct',
  inFrontOf: (port) => Promise.resolve({ listen: `127.0.0.1:${port}`, url: undefined }),
  cpuMs: () => 0,
  stop() {},
})

export async function ours(): Promise<ProxyContender> {
  const api = await freeAddress()
  const program = fileURLToPath(new URL('../bin/dev.js', import.meta.url))
  const args = [program, 'chaos', 'proxy', '--api', api]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  return await behindApi('msvc chaos proxy', api, child)
}

/** @param program undefined: `toxiproxy-server` from the PATH, if it is there */
export async function toxiproxy(program: string | undefined): Promise<ProxyContender | undefined> {
  const server = program ?? 'toxiproxy-server'
  try {
    execFileSync(server, ['-version'], { stdio: 'ignore' })
  } catch (error) {
    if (program !== undefined) throw new Error(`${program} does not run`, { cause: error })
    console.log('(no toxiproxy-server on the PATH: it is left out; --toxiproxy-server PATH names one)\n')
    return undefined
  }
  const api = await freeAddress()
  const [host, port] = api.split(':') as [string, string]
  const child = spawn(server, ['-host', host, '-port', port], { stdio: 'ignore' })
  return await behindApi('Toxiproxy', api, child)
}

const freeAddress = async (): Promise<string> => `127.0.0.1:${(await freePorts(1))[0]}`

/** Linux tells CPU time in hundredths of a second. */
const tickMs = 10

async function behindApi(name: string, api: string, child: ChildProcess): Promise<ProxyContender> {
  process.once('exit', () => child.kill('SIGKILL'))
  for (const deadline = Date.now() + 10_000; ;) {
    const isUp = await fetch(`http://${api}/version`).then(
      () => true,
      () => false,
    )
    if (isUp) break
    if (Date.now() > deadline) throw new Error(`${name} did not start`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  let count = 0
  return {
    name,
    api,
    async inFrontOf(port) {
      const request = { name: `p${++count}`, listen: '127.0.0.1:0', upstream: `127.0.0.1:${port}` }
      const answer = await fetch(`http://${api}/proxies`, { method: 'POST', body: JSON.stringify(request) })
      const { listen } = (await answer.json()) as { listen: string }
      return { listen, url: `http://${api}/proxies/${request.name}` }
    },
    cpuMs() {
      const stat = statOf(child.pid!)
      return (Number(stat?.[11]) + Number(stat?.[12])) * tickMs
    },
    stop: () => void child.kill('SIGKILL'),
  }
}
