// Checks settings against a tree of rules that has the shape of the settings themselves, and names the
// path of what is wrong: `breaker.rateRule.failureRate must be above 0 and at most 1, but is 0`.
//
// An impossible setting must end the start: a breaker that trips at 0 % or never is found in an outage.

export interface Rule {
  /** Completes "must be …". */
  expects: string
  accepts: (value: number) => boolean
}

export interface Rules {
  [field: string]: Rule | Rules
}

/** Thrown for impossible settings; the message names the path of the field. */
export class PolicyError extends Error {
  override name = 'PolicyError'
}

const rule = (expects: string, accepts: (value: number) => boolean): Rule => ({ expects, accepts })

// A timer of Node holds 24 days; one that is asked for more ends at once.
const dayMs = 24 * 60 * 60 * 1000
const isUpTo = (max: number, value: number): boolean => value > 0 && value <= max

export const positiveMs = rule('a positive number of milliseconds, a day at most', (value) =>
  isUpTo(dayMs, value),
)
/** What other times follow from, which must stay within a day too. */
export const callMs = rule('a positive number of milliseconds, an hour at most', (value) =>
  isUpTo(dayMs / 24, value),
)
export const someMs = rule(
  'a number of milliseconds, 0 or more and a day at most',
  (value) => value === 0 || isUpTo(dayMs, value),
)
export const share = rule('above 0 and at most 1', (value) => value > 0 && value <= 1)
export const shareOrNone = rule('between 0 and 1', (value) => value >= 0 && value <= 1)
export const jitterShare = rule('0 or more and below 1', (value) => value >= 0 && value < 1)
export const count = rule('a whole number, 1 or more', (value) => Number.isSafeInteger(value) && value >= 1)
/** What is kept in memory and looked through. */
export const size = rule(
  'a whole number from 1 to 1000',
  (value) => Number.isSafeInteger(value) && value >= 1 && value <= 1000,
)
export const countOrNone = rule(
  'a whole number, 0 or more',
  (value) => Number.isSafeInteger(value) && value >= 0,
)
export const notNegative = rule('0 or more', (value) => value >= 0)

/** Throws at the first field that breaks its rule or that no rule knows. A field that is absent is fine. */
export function check(rules: Rules, settings: object, path = ''): void {
  for (const [field, value] of Object.entries(settings)) {
    if (value === undefined) continue
    const where = path === '' ? field : `${path}.${field}`
    const known = Object.hasOwn(rules, field) ? rules[field] : undefined
    if (known === undefined) {
      throw new PolicyError(`${where} is not known; there are ${Object.keys(rules).join(', ')}`)
    }
    if (isRule(known)) checkNumber(known, value, where)
    else if (typeof value === 'object' && value !== null && !Array.isArray(value)) check(known, value, where)
    else throw new PolicyError(`${where} must be a group of ${Object.keys(known).join(', ')}`)
  }
}

/** For rules about two fields. */
export function checkThat(holds: boolean, path: string, expects: string): void {
  if (!holds) throw new PolicyError(`${path} must be ${expects}`)
}

function checkNumber({ expects, accepts }: Rule, value: unknown, where: string): void {
  // NaN and infinity would pass some comparisons and mean nothing.
  if (typeof value === 'number' && Number.isFinite(value) && accepts(value)) return
  throw new PolicyError(`${where} must be ${expects}, but is ${JSON.stringify(value) ?? String(value)}`)
}

const isRule = (known: Rule | Rules): known is Rule => typeof known['accepts'] === 'function'
