// Which ports are free, and who has one that is not. Loopback only.

import { once } from 'node:events'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { createServer, type AddressInfo, type Server } from 'node:net'

/** As many different ports that are free now; they are held until all are known, so that none comes twice. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listenExclusively(0)))
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map(close))
  return ports
}

export async function isFree(port: number): Promise<boolean> {
  try {
    await close(await listenExclusively(port))
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false
    throw error
  }
}

/** "pid 123 (node)" where it can be told (Linux, same user), else undefined. */
export function holderOf(port: number): string | undefined {
  const inodes = listeningInodes(port)
  if (inodes.size === 0) return undefined
  for (const pid of quietly(() => readdirSync('/proc'), []).filter((name) => /^\d+$/.test(name))) {
    const descriptors = quietly(() => readdirSync(`/proc/${pid}/fd`), [])
    const isHolder = descriptors.some((descriptor) =>
      inodes.has(quietly(() => readlinkSync(`/proc/${pid}/fd/${descriptor}`), '')),
    )
    if (isHolder) return `pid ${pid} (${commandOf(pid)})`
  }
  return undefined
}

// Its command line rather than its name: Node calls every one of its processes MainThread.
const commandOf = (pid: string): string =>
  quietly(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8'), '?')
    .replaceAll('\0', ' ')
    .trim()
    .slice(0, 80)

// /proc/net/tcp: "sl local_address rem_address st … inode"; state 0A is LISTEN, ports are in hex.
function listeningInodes(port: number): Set<string> {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const rows = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) =>
    quietly(() => readFileSync(table, 'utf8'), '')
      .split('\n')
      .map((row) => row.trim().split(/\s+/)),
  )
  return new Set(
    rows.filter((row) => row[3] === '0A' && row[1]?.endsWith(suffix)).map((row) => `socket:[${row[9]}]`),
  )
}

/** Rejects with EADDRINUSE when somebody else listens there. */
export async function listenExclusively(port: number): Promise<Server> {
  const server = createServer()
  server.listen({ port, host: '127.0.0.1', exclusive: true })
  await once(server, 'listening')
  return server
}

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve())
  })

// Processes come and go while we look, and other users' are closed to us: both are no answer.
function quietly<T>(read: () => T, otherwise: T): T {
  try {
    return read()
  } catch {
    return otherwise
  }
}
