// For tests only: a service whose disk is really full, or read-only: a tmpfs in a mount namespace of its own
// (permissions would not stop root).

import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { eventually, temporaryFolder } from './testing.ts'

type TestContext = Parameters<typeof temporaryFolder>[0]

export interface TmpfsOptions {
  /** The service's `main.ts`. */
  main: string
  env: Record<string, string>
  /** Of the mount: `size=2m`, `ro`. */
  mount: string
  /** Whether it is waited for until it is ready; yes, if not given. */
  isToStart?: boolean
}

export interface InTmpfs {
  child: ChildProcess
  /** Of its log, since it was last started. */
  lines: string[]
  url: string
  adminUrl: string
  /** Runs a shell command in the data folder. */
  inside(command: string): void
  /** Writes until nothing more goes in. */
  fill(): void
  free(): void
  killAndStartAgain(): Promise<void>
}

export function canMount(): boolean {
  try {
    execFileSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' })
    return true
  } catch {
    return false // no such program, or no right to
  }
}

/** The service as a process, whose data folder is a tmpfs that only it and `inside` see. */
export async function runInTmpfs(
  t: TestContext,
  { main, env, mount, isToStart = true }: TmpfsOptions,
): Promise<InTmpfs> {
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
  const running: InTmpfs = {
    ...start(),
    url: '',
    adminUrl: '',
    inside,
    fill: () => inside('dd if=/dev/zero of=filler bs=4k 2>/dev/null || true'),
    free: () => inside('rm filler'),
    async killAndStartAgain() {
      running.child.kill('SIGKILL')
      Object.assign(running, start())
      await ready()
    },
  }
  if (isToStart) await ready()
  return running

  function start(): Pick<InTmpfs, 'child' | 'lines'> {
    const child = spawn('nsenter', [...enter, process.execPath, main], {
      env: { ...process.env, ...env, DATA_DIR: folder },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    t.after(() => void child.kill('SIGKILL'))
    const lines: string[] = []
    createInterface({ input: child.stdout }).on('line', (line) => lines.push(line))
    return { child, lines }
  }

  async function ready(): Promise<void> {
    const line = await eventually(() => running.lines.find((one) => one.includes('"msg":"ready"')), 60_000)
    const { url, adminUrl } = JSON.parse(line) as { url: string; adminUrl: string }
    Object.assign(running, { url, adminUrl })
  }
}

/** What it said last before it gave up. */
export async function lastWords({
  child,
  lines,
}: InTmpfs): Promise<{ exitCode: number | null; said: string }> {
  await eventually(() => (child.exitCode === null ? undefined : true), 30_000)
  const said = lines.map((line) => JSON.parse(line) as { level: string; msg: string })
  return { exitCode: child.exitCode, said: said.find(({ level }) => level === 'fatal')?.msg ?? '' }
}
