// Every msvc command that README and docs show is typed here as it stands, in a fresh folder, by a tool
// that was built from this tree. A command that is not in the tour fails the first test.

import { execFile, type ExecFileException } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { repository } from './fixtures/rendered-system.ts'

const msvc = join(repository, 'bin/run.js')
const slow = { tags: ['slow' as const] }

interface Stop {
  /** As the docs have it. */
  line: string
  /** Relative to the temporary folder. */
  in: string
  says: RegExp
  /** Ends a command that goes on by itself, once it has said that. */
  endless?: true
}

// In the order in which a user would type them.
const tour: Stop[] = [
  { line: 'msvc new system shop', in: '.', says: /Made the system shop/ },
  {
    line: 'msvc new service invoices --template blank --depends-on order --dry-run',
    in: 'shop',
    says: /services\/invoices\/src\/main\.ts/,
  },
  { line: 'msvc new service refunds', in: 'shop', says: /refunds/ },
  { line: 'msvc up -d', in: 'shop', says: /gateway +ready[^]*refunds +ready/ },
  { line: 'msvc status', in: 'shop', says: /order → payment +closed/ },
  { line: 'msvc breaker', in: 'shop', says: /order → payment +closed/ },
  { line: 'msvc breaker order:payment', in: 'shop', says: /order → payment closed/ },
  { line: 'msvc breaker open order:payment --for 30s', in: 'shop', says: /refuses every call for 30s/ },
  { line: 'msvc breaker disable order:payment --for 30s', in: 'shop', says: /lets every call through/ },
  { line: 'msvc breaker auto order:payment', in: 'shop', says: /decides by itself; it is closed/ },
  { line: 'msvc load --rps 500 --duration 20s', in: 'shop', says: /10,000 scheduled, all accounted for/ },
  { line: 'msvc verify', in: 'shop', says: /PASS/ },
  { line: 'msvc dlq list', in: 'shop', says: /has no dead letters/ },
  { line: 'msvc dlq replay', in: 'shop', says: /Nothing to replay/ },
  { line: 'msvc audit verify order', in: 'shop', says: /PASS +The audit chain of order is whole/ },
  { line: 'msvc load order/feed --rps 50', in: 'shop', says: /500 scheduled, all accounted for/ },
  {
    line: 'msvc load order/feed --rps 50 -t slo',
    in: 'shop',
    says: /THRESHOLDS[^]*p99<=100ms[^]*errors<=0\.1%/,
  },
  {
    line: 'msvc load http://127.0.0.1:4000/readyz --rps 10000',
    in: 'shop',
    says: /100,000 scheduled, all accounted for/,
  },
  { line: 'msvc load http://127.0.0.1:4000/readyz -c 50', in: 'shop', says: /closed model by autocannon/ },
  { line: 'msvc runs list', in: 'shop', says: /500 rps for 20s/ },
  { line: 'msvc runs export --format hgrm --out load.hgrm', in: 'shop', says: /Wrote .*load\.hgrm/ },
  { line: 'msvc runs prune --dry-run', in: 'shop', says: /Nothing to remove/ },
  { line: 'msvc runs open', in: 'shop', says: /report\.html/ },
  {
    line: 'msvc chaos run experiments/payment-down.yaml --dry-run',
    in: 'shop',
    says: /kill payment for 10s/,
  },
  { line: 'msvc chaos run experiments/payment-down.yaml', in: 'shop', says: /expectations met/ },
  { line: 'msvc chaos monkey --seed 42 --for 5m --dry-run', in: 'shop', says: /monkey, seed 42/ },
  { line: 'msvc chaos kill payment --for 10s', in: 'shop', says: /payment/ },
  { line: 'msvc chaos status', in: 'shop', says: /kill +payment/ },
  { line: 'msvc chaos watch', in: 'shop', says: /payment +○ held[^]*kill payment +back in/ },
  { line: 'msvc chaos heal', in: 'shop', says: /payment/ },
  { line: 'msvc chaos pause payment --dry-run', in: 'shop', says: /pause on payment/ },
  { line: 'msvc chaos pause payment --for 10s', in: 'shop', says: /is stopped, and \/readyz is silent/ },
  {
    line: 'msvc chaos restart-loop notification --up 2s --down 1s --for 10s',
    in: 'shop',
    says: /ended by SIGKILL, the first time/,
  },
  { line: 'msvc chaos cpu order --percent 90 --for 10s', in: 'shop', says: /used \d+ % of one core/ },
  { line: 'msvc chaos memory order --mb 256 --for 10s', in: 'shop', says: /MB in memory/ },
  {
    line: 'msvc chaos block order --stall 500ms --every 2s --for 10s',
    in: 'shop',
    says: /stood still for \d+ ms/,
  },
  { line: 'msvc chaos halt', in: 'shop', says: /halt/i },
  { line: 'msvc chaos halt --lift', in: 'shop', says: /allowed/i },
  { line: 'msvc chaos kill payment', in: 'shop', says: /payment/ },
  {
    line: 'msvc chaos latency order:payment --latency 100ms --jitter 10ms --for 30s --percent 50 --seed 7 --detach',
    in: 'shop',
    says: /latency order:payment: nothing came by yet/,
  },
  {
    line: 'msvc chaos http order:payment --status 503 --percent 30 --for 10s --dry-run',
    in: 'shop',
    says: /Would set http on order:payment for 10s: status 503.*Nothing was set/,
  },
  { line: 'msvc chaos heal', in: 'shop', says: /latency order:payment/ },
  {
    line: 'msvc chaos partition order:payment --how refuse --for 5s',
    in: 'shop',
    says: /a new connection is refused/,
  },
  {
    line: 'msvc chaos reset client:gateway --percent 1 --for 5s --dry-run',
    in: 'shop',
    says: /Would set reset on client:gateway/,
  },
  {
    line: 'msvc chaos proxy --listen 127.0.0.1:26379 --upstream 127.0.0.1:6379 --name redis',
    in: 'shop',
    says: /redis: .*127\.0\.0\.1:26379/,
    endless: true,
  },
  { line: 'msvc logs order -f', in: 'shop', says: /order/, endless: true },
  { line: 'msvc logs --trace 4bf92f35', in: 'shop', says: /No line of the trace 4bf92f35/ },
  { line: 'msvc restart order', in: 'shop', says: /order/ },
  { line: 'msvc down', in: 'shop', says: /./ },
]

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'msvc-docs-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test('the tour has every command that the docs show', slow, async () => {
  const pages = [
    'README.md',
    ...(await readdir(join(repository, 'docs')))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`),
  ]
  const shown = (await Promise.all(pages.map((page) => readFile(join(repository, page), 'utf8')))).flatMap(
    commandsIn,
  )
  expect(shown.length).toBeGreaterThan(20)
  const known = new Set(tour.map(({ line }) => line))
  expect([...new Set(shown)].filter((line) => !known.has(line))).toEqual([])
})

test.each(tour)('$line', slow, async (stop) => {
  const { code, text } = await type(stop)
  expect(text).toMatch(stop.says)
  // 5: the machine was too busy for a valid measurement, which the docs' command cannot help.
  expect(/ load | chaos run /.test(stop.line) ? [0, 5] : [0]).toContain(code)
})

/** The lines of the shell blocks of a page, without comments; `a && b` is two. */
const commandsIn = (page: string): string[] =>
  [...page.matchAll(/^```sh\n([^]*?)^```/gm)]
    .flatMap(([, block = '']) => block.split('\n'))
    .flatMap((line) => line.replace(/\s+#.*$/, '').split(/\s+&&\s+/))
    .map((command) => command.trim())
    .filter((command) => command.startsWith('msvc '))

function type({ line, in: place, says, endless }: Stop): Promise<{ code: number; text: string }> {
  const args = line.split(' ').slice(1)
  return new Promise((resolve) => {
    let text = ''
    const ended = (error: ExecFileException | null): void => {
      const wasEnded = endless === true && says.test(text)
      resolve({ code: error === null || wasEnded ? 0 : Number(error.code ?? 1), text })
    }
    const child = execFile(
      process.execPath,
      [msvc, ...args],
      { cwd: join(folder, place), timeout: 150_000 },
      ended,
    )
    child.stdin?.end()
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: string) => {
        text += chunk
        if (endless && says.test(text)) child.kill('SIGINT')
      })
    }
  })
}
