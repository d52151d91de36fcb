// For tests only: a service whose disk is really full, or read-only: a tmpfs in a mount namespace of its own
// (permissions would not stop root).

import assert from 'node:assert/strict'
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { eventually, temporaryFolder } from './testing.ts'

type TestContext = Parameters<typeof temporaryFolder>[0]

export interface InTmpfsOptions {
  /** The service's `main.ts`. */
  main: string
  env: Record<string, string>
}

export interface OnSmallDisk {
  url: string
  /** The statuses of /livez and /readyz. */
  health(): Promise<{ live: number; ready: number }>
  /** Writes until nothing more goes in. */
  fill(): void
  /** Resolves when the service is ready again. */
  free(): Promise<void>
  killAndStartAgain(): Promise<void>
}

interface Started {
  child: ChildProcess
  /** Of its log. */
  lines: string[]
}

export function canMount(): boolean {
  try {
    execFileSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' })
    return true
  } catch {
    return false // no such program, or no right to
  }
}

/** The service as a process, ready, with a data folder that takes 2 MB. */
export async function runOnSmallDisk(t: TestContext, options: InTmpfsOptions): Promise<OnSmallDisk> {
  const { start, inside } = await mountTmpfs(t, options, 'size=2m')
  let started = start()
  let at = await addresses(started)
  const status = async (path: string): Promise<number> => (await fetch(`${at.adminUrl}${path}`)).status
  const health = async () => ({ live: await status('/livez'), ready: await status('/readyz') })
  return {
    get url() {
      return at.url
    },
    health,
    fill: () => inside('dd if=/dev/zero of=filler bs=4k 2>/dev/null || true'),
    async free() {
      inside('rm filler')
      await eventually(async () => ((await health()).ready === 200 ? true : undefined), 30_000)
    },
    async killAndStartAgain() {
      started.child.kill('SIGKILL')
      started = start()
      at = await addresses(started)
    },
  }
}

/** The start ends, and names what cannot be written: the `store` or the lock beside it. */
export async function assertEndsOnReadOnlyDisk(
  t: TestContext,
  { store, ...options }: InTmpfsOptions & { store: string },
): Promise<void> {
  const { start } = await mountTmpfs(t, options, 'ro')
  const { child, lines } = start()
  await eventually(() => (child.exitCode === null ? undefined : true), 30_000)
  const said = lines.map((line) => JSON.parse(line) as { level: string; msg: string })
  assert.equal(child.exitCode, 1)
  assert.match(
    said.find(({ level }) => level === 'fatal')?.msg ?? '',
    new RegExp(
      `(${store}\\.db|writer\\.lock) cannot be opened for writing: the (folder is read-only|file cannot be opened)`,
    ),
  )
}

/** A data folder that only the service and `inside` see. */
async function mountTmpfs(
  t: TestContext,
  { main, env }: InTmpfsOptions,
  mount: 'size=2m' | 'ro',
): Promise<{ start: () => Started; inside: (command: string) => void }> {
  const folder = temporaryFolder(t)
  const holder = spawn(
    'unshare',
    ['-m', 'sh', '-c', `mount -t tmpfs -o ${mount} tmpfs '${folder}' && echo mounted && exec sleep 600`],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  t.after(() => void holder.kill('SIGKILL'))
  await new Promise((resolve) => holder.stdout.once('data', resolve))
  const enter = ['-t', String(holder.pid), '-m']
  const inside = (command: string): void =>
    void execFileSync('nsenter', [...enter, 'sh', '-c', `cd '${folder}' && ${command}`], { stdio: 'ignore' })
  return { start, inside }

  function start(): Started {
    const child = spawn('nsenter', [...enter, process.execPath, main], {
      env: { ...process.env, ...env, DATA_DIR: folder },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    t.after(() => void child.kill('SIGKILL'))
    const lines: string[] = []
    createInterface({ input: child.stdout }).on('line', (line) => lines.push(line))
    return { child, lines }
  }
}

/** Where it serves, once it is ready. */
async function addresses({ lines }: Started): Promise<{ url: string; adminUrl: string }> {
  const line = await eventually(() => lines.find((one) => one.includes('"msg":"ready"')), 60_000)
  return JSON.parse(line) as { url: string; adminUrl: string }
}
