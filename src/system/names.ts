// Which names a system or a service may have.
//
// A name becomes a folder, a package (`@system/<name>`), an environment variable (`<NAME>_URL`), a
// host label and half of an edge's name (`order:payment`); the rule is what all of them take.

import { errors } from '../errors.ts'

const pattern = /^[a-z][a-z0-9-]*[a-z0-9]$/
const longest = 40

// Each would collide with something that already has the name.
const reserved: Record<string, string> = {
  platform: 'it is the package that the services of a system share',
  system: 'it is the scope of every package in a system',
  msvc: 'it is the name of this tool',
  agent: 'the agent runs under that name in events and logs',
  load: 'load runs under that name in events and logs',
  proxy: 'the proxy runs under that name in events and logs',
  client: 'callers from outside have it: client:gateway is the edge into the system',
  all: 'commands use it for every service',
  services: 'it is the folder of the services',
  localhost: 'it is a host name of its own',
  'node-modules': 'npm uses it',
  test: 'it is the folder of the tests',
}
const windowsDevices = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])$/

/** Throws `errors.badName` with the reason, and a suggestion where there is one. */
export function checkName(name: string): void {
  const reason = whyBad(name)
  if (reason !== undefined) throw errors.badName(name, reason, suggestName(name))
}

/** Why a name cannot be used; undefined when it can. */
export function whyBad(name: string): string | undefined {
  if (name === '') return 'it is empty'
  if (name.length > longest) return `it is longer than ${longest} characters`
  if (!pattern.test(name)) {
    return 'names have lower-case letters, digits and dashes, begin with a letter, do not end with a dash, and have at least two characters'
  }
  if (name.includes('--')) return 'two dashes in a row are kept for other uses'
  if (reserved[name] !== undefined) return reserved[name]
  if (windowsDevices.test(name)) return 'it is a device name on Windows'
  return undefined
}

/** A usable name that is near, if there is one: `Order_Service` → `order-service`, `platform` → `my-platform`. */
export function suggestName(name: string): string | undefined {
  const base = name
    .normalize('NFKD')
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .replace(/-+/g, '-')
    .slice(0, longest)
    .replace(/-$/, '')
  const candidates = [base, `my-${base}`, `${base}-service`]
  return base === '' ? undefined : candidates.find((candidate) => whyBad(candidate) === undefined)
}
