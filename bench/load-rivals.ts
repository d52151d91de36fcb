// The load tools that are compared, each with the command that asks it for the same. A tool that is not on
// the PATH is left out, and the bench says so.

import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

export interface Rival {
  name: string
  argv: string[]
  /** The percentiles in what it printed; a tool that prints none has none. */
  latenciesMs?(said: string): Latencies
}

export interface Latencies {
  p50: number
  p90: number
  p99: number
  max: number
}

export interface Asked {
  url: string
  seconds: number
  connections: number
}

const built = join(import.meta.dirname, '../bin/run.js')
const autocannon = createRequire(import.meta.url).resolve('autocannon/autocannon.js')

/** The built command: type stripping at every start would count as CPU time per request. */
function msvc(...args: string[]): string[] {
  if (!existsSync(join(import.meta.dirname, '../dist')))
    throw new Error('npm run build comes before this bench')
  return [process.execPath, built, 'load', ...args, '--json']
}

/** So many requests a second, evenly. Ours opens connections as it needs them, unless it gets as many as the others. */
export function openRivals({
  url,
  seconds,
  connections,
  rate,
  isAlike = false,
}: Asked & { rate: number; isAlike?: boolean }): Rival[] {
  const [d, c, each] = [`${seconds}s`, `${connections}`, `${rate / connections}`]
  const limit = isAlike ? ['-c', c] : []
  const ours = ['metronome', 'precise', 'eco'].map((pacing) => ({
    name: `msvc ${pacing}`,
    argv: msvc(url, '--rps', `${rate}`, ...limit, '-d', d, '--pacing', pacing, '--no-record'),
    latenciesMs: (said: string) => (JSON.parse(said) as { responseMs: Latencies }).responseMs,
  }))
  return [
    ...ours,
    {
      name: 'autocannon',
      argv: [process.execPath, autocannon, '-j', '-R', `${rate}`, '-c', c, '-d', `${seconds}`, url],
      latenciesMs: (said) => (JSON.parse(said) as { latency: Latencies }).latency,
    },
    { name: 'hey', argv: ['hey', '-z', d, '-q', each, '-c', c, url], latenciesMs: latenciesOfHey },
    { name: 'h2load', argv: ['h2load', '--h1', '-D', `${seconds}`, '-c', c, '--rps', each, url] },
    { name: 'oha', argv: ['oha', '--no-tui', '-z', d, '-q', `${rate}`, '-c', c, url] },
    {
      name: 'vegeta',
      argv: ['sh', '-c', `echo "GET ${url}" | vegeta attack -rate ${rate} -duration ${d} >/dev/null`],
    },
    { name: 'k6', argv: ['sh', '-c', `echo '${k6Script(url, rate, d, connections)}' | k6 run -q -`] },
  ]
}

/** As many as the target answers over so many connections. */
export function closedRivals({ url, seconds, connections }: Asked): Rival[] {
  const [d, c, s] = [`${seconds}s`, `${connections}`, `${seconds}`]
  return [
    { name: 'msvc --engine msvc', argv: msvc(url, '-c', c, '-d', d, '--engine', 'msvc') },
    { name: 'autocannon', argv: [process.execPath, autocannon, '-c', c, '-d', s, url] },
    { name: 'wrk', argv: ['wrk', '-t', '1', '-c', c, '-d', d, url] },
    { name: 'ab', argv: ['ab', '-q', '-k', '-t', s, '-n', '10000000', '-c', c, url] },
    { name: 'hey', argv: ['hey', '-z', d, '-c', c, url] },
    { name: 'h2load', argv: ['h2load', '--h1', '-D', s, '-c', c, url] },
    { name: 'oha', argv: ['oha', '--no-tui', '-z', d, '-c', c, url] },
    {
      name: 'k6',
      argv: ['sh', '-c', `echo '${k6Loop(url)}' | k6 run -q --vus ${c} --duration ${d} -`],
    },
  ]
}

/** As one would type it, with URL for the target. */
export function typed({ argv }: Rival, url: string): string {
  const words =
    argv[0] === process.execPath ? [argv[1] === built ? 'msvc' : 'autocannon', ...argv.slice(2)] : argv
  return (words[0] === 'sh' ? words[2]! : words.join(' ')).replaceAll(url, 'URL')
}

/** `  50% in 0.0204 secs` (newer versions: `50%% in …`), `Slowest:	1.0021 secs` */
function latenciesOfHey(said: string): Latencies {
  const ms = (label: RegExp): number =>
    Number(new RegExp(`${label.source}\\s*([\\d.]+) secs`).exec(said)?.[1]) * 1000
  return { p50: ms(/ 50%+ in/), p90: ms(/ 90%+ in/), p99: ms(/ 99%+ in/), max: ms(/Slowest:/) }
}

const k6Script = (url: string, rate: number, duration: string, vus: number): string =>
  `import http from "k6/http"; export const options = {scenarios: {a: {executor: "constant-arrival-rate", rate: ${rate}, timeUnit: "1s", duration: "${duration}", preAllocatedVUs: ${vus}, maxVUs: 1000}}}; export default () => { http.get("${url}") }`

const k6Loop = (url: string): string =>
  `import http from "k6/http"; export default () => { http.get("${url}") }`

/** Whether it can be run here. What a shell pipes to is found by its name. */
export const isHere = ({ name, argv }: Rival): boolean => argv[0] === process.execPath || isOnPath(name)

export function isOnPath(name: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${name}`], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
