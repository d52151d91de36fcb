// What the user said about a new service + the system it joins → its entry in msvc.yaml, or the
// UserError that says what is wrong with it.

import { errors } from '../errors.ts'
import { checkName } from '../system/names.ts'
import { suggest } from '../system/suggest.ts'
import type { System } from '../system/system.ts'
import type { ServiceEntry } from './edit-system-file.ts'
import { templateNamed, templateNames, type ServiceTemplate } from './templates.ts'

export interface ServiceWish {
  name: string
  template: string
  /** Absent: the edges of the template's own code, as far as their callees exist. */
  dependsOn?: readonly string[] | undefined
  /** Absent: the port after the highest of the system, if it says any. */
  port?: number | undefined
}

/** Of a system's services, where nobody says another. */
export const firstPort = 4000

/** @throws UserError bad-name, bad-value, name-taken, unknown-service, template-needs-service */
export function chooseService(wish: ServiceWish, system: System): ServiceEntry {
  const { name } = wish
  checkName(name)
  const template = chosenTemplate(wish.template)
  const known = system.services.map((service) => service.name)
  if (known.includes(name)) throw errors.nameTaken(name, freeName(name, known))
  for (const callee of wish.dependsOn ?? []) {
    if (!known.includes(callee)) throw errors.unknownService(callee, known, suggest(callee, known))
  }
  const missing = template.testedWith?.find((needed) => !known.includes(needed))
  if (missing !== undefined) throw errors.templateNeedsService(template.name, missing, known)
  const port = choosePort(wish.port, system)
  return {
    name,
    path: `services/${name}`,
    ...(port !== undefined && { port }),
    dependsOn: [...new Set(wish.dependsOn ?? template.calls.filter((callee) => known.includes(callee)))],
    follows: template.follows.filter((followed) => known.includes(followed)),
  }
}

export function chosenTemplate(name: string): ServiceTemplate {
  const template = templateNamed(name)
  if (template !== undefined) return template
  const hint = suggest(name, templateNames)
  const known = `one of ${templateNames.join(', ')}`
  throw errors.badValue('--template', name, hint === undefined ? known : `${known}; did you mean ${hint}?`)
}

/** undefined where the system's own services leave their ports open, or there is none left after the highest. */
export function choosePort(wanted: number | undefined, { services }: System): number | undefined {
  if (wanted !== undefined) {
    const owner = services.find(({ port }) => port === wanted)
    if (owner === undefined) return wanted
    throw errors.badValue('--port', String(wanted), `a port other than that of ${owner.name}`)
  }
  if (services.length === 0) return firstPort
  const highest = Math.max(0, ...services.map(({ port }) => port ?? 0))
  return highest === 0 || highest === 65_535 ? undefined : highest + 1
}

/** Callees that the template's code calls or follows and the system does not have. */
export function missingCallees(template: ServiceTemplate, entry: ServiceEntry): string[] {
  const wired = new Set([...entry.dependsOn, ...entry.follows])
  return [...template.calls, ...template.follows].filter((callee) => !wired.has(callee))
}

const freeName = (name: string, known: readonly string[]): string | undefined =>
  [2, 3, 4, 5].map((number) => `${name}-${number}`).find((candidate) => !known.includes(candidate))
