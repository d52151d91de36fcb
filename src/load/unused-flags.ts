// Flags that a run would not heed, told before it: a load that is not the one that was asked for is worse
// than none.

import { errors } from '../errors.ts'

/** What a load will be. */
export interface LoadMade {
  model: 'open' | 'closed'
  /** Where its requests come from: a plain target, `--from`, or a scenario. */
  requests: 'plain' | 'file' | 'scenario'
  /** Where its schedule comes from; null: it has none. */
  schedule: 'rate' | 'stages' | 'replay' | 'scenario' | null
}

type Rule = [flags: readonly string[], isUnused: (made: LoadMade) => boolean, reason: string, next: string]

const rules: readonly Rule[] = [
  [
    ['method', 'body'],
    ({ requests }) => requests !== 'plain',
    'the requests of a scenario or a file say their own',
    'Leave it out, or give a URL without the file.',
  ],
  [
    ['header'],
    ({ requests }) => requests === 'scenario',
    'the requests of a scenario have headers of their own',
    'Write it into the scenario, or give a URL as the target.',
  ],
  [
    ['scenario'],
    ({ requests }) => requests === 'plain',
    'what is loaded is one path, and not a scenario',
    'Give the service alone, or a URL.',
  ],
  [['scenario'], ({ requests }) => requests === 'file', '--from says the requests', 'Give one of the two.'],
  [['format'], ({ requests }) => requests !== 'file', 'it says how --from is read', 'Give --from too.'],
  [
    ['duration'],
    ({ schedule }) => schedule === 'scenario',
    'the scenario says how long its schedule is',
    'Give the rate too: --rps 500.',
  ],
  [
    ['duration'],
    ({ schedule }) => schedule === 'stages' || schedule === 'replay',
    'its schedule says how long it is',
    'Leave it out.',
  ],
  [
    ['arrivals'],
    ({ schedule }) => schedule === 'replay' || schedule === 'scenario',
    'its schedule says when each arrival comes',
    'Leave it out.',
  ],
  [['rps'], ({ schedule }) => schedule === 'replay', 'recorded times say the rate', 'Leave it out.'],
  [
    ['junit', 'threshold', 'baseline'],
    ({ model }) => model === 'closed',
    'what the closed model measures says nothing of a given load, and is not judged',
    'Give a rate: --rps 500.',
  ],
  [
    ['deadline', 'max-in-flight', 'workers', 'pacing', 'arrivals', 'seed', 'http2'],
    ({ model }) => model === 'closed',
    'it belongs to arrivals that come on a schedule of msvc',
    'Give a rate (--rps 500), without --engine autocannon.',
  ],
]

/** Throws `flag-unused`. `given`: the flags that were typed, by their long names. */
export function refuseUnused(given: readonly string[], made: LoadMade): void {
  if (given.includes('tolerance') && !given.includes('baseline'))
    throw errors.flagUnused('--tolerance', 'it is that of a comparison', 'Give --baseline too.')
  for (const [flags, isUnused, reason, next] of rules) {
    const flag = flags.find((name) => given.includes(name))
    if (flag !== undefined && isUnused(made)) throw errors.flagUnused(`--${flag}`, reason, next)
  }
}
