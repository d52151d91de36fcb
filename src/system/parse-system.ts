// msvc.yaml → System: the shape by its schema, then what a schema cannot say (edges that lead nowhere,
// cycles, two services on one port). Pure: text in, System or a UserError with file:line:column out.

import { errors } from '../errors.ts'
import { systemSchema, type ServiceFile } from './schema.ts'
import { suggest } from './suggest.ts'
import { whyBad } from './names.ts'
import { splitCommand } from './split-command.ts'
import { findCycle } from './topology.ts'
import type { Service, System } from './system.ts'
import { parseYamlFile, type Path, type YamlFile } from './yaml-file.ts'

const next = 'Mend the file; docs and editors know its shape from .msvc/schema.json.'
const nextIfEmpty =
  'Put back what stood there, such as with `git restore msvc.yaml`, or make a system elsewhere with `msvc new system shop`.'

/** @param file how the file is called in errors */
export function parseSystem(text: string, file: string): System {
  const yaml = parseYamlFile({ text, file, next, nextIfEmpty }, systemSchema)
  const { name, entry, services } = yaml.value
  const system = { name, entry, services: Object.entries(services).map(toService) }
  for (const check of [checkNames, checkReferences, checkPaths, checkPorts, checkCycle]) check(system, yaml)
  return system
}

const toService = ([name, file]: [string, ServiceFile]): Service => ({
  name,
  path: file.path,
  dependsOn: file.dependsOn ?? [],
  follows: file.follows ?? [],
  ...(file.port !== undefined && { port: file.port }),
  ...(file.command !== undefined && {
    command: typeof file.command === 'string' ? splitCommand(file.command) : file.command,
  }),
  ...(file.health !== undefined && { health: file.health }),
  ...(file.slo !== undefined && { slo: file.slo }),
})

type Check = (system: System, yaml: YamlFile<unknown>) => void

const checkNames: Check = ({ name, services }, yaml) => {
  refuseName(name, ['name'], false)
  for (const service of services) refuseName(service.name, ['services', service.name], true)

  function refuseName(candidate: string, path: Path, key: boolean): void {
    const reason = whyBad(candidate)
    if (reason)
      throw errors.fileInvalid(
        yaml.placeOf(path, { key }),
        `${candidate} cannot be used as a name: ${reason}.`,
        next,
      )
  }
}

const checkReferences: Check = ({ entry, services }, yaml) => {
  const known = services.map(({ name }) => name)
  refer(entry, ['entry'])
  for (const { name, dependsOn, follows } of services) {
    for (const [index, callee] of dependsOn.entries()) refer(callee, ['services', name, 'dependsOn', index])
    for (const [index, callee] of follows.entries()) refer(callee, ['services', name, 'follows', index])
  }

  function refer(name: string, path: Path): void {
    if (known.includes(name)) return
    const hint = suggest(name, known)
    const others = hint === undefined ? `Services: ${known.join(', ')}.` : `Did you mean ${hint}?`
    throw errors.fileInvalid(yaml.placeOf(path), `there is no service named ${name}. ${others}`, next)
  }
}

const checkPaths: Check = ({ services }, yaml) => {
  for (const { name, path } of services) {
    const isOutside = path.startsWith('/') || path.includes('\\') || path.split('/').includes('..')
    if (!isOutside) continue
    const reason = `the path of ${name} leaves the system's folder; it must be relative to it, without "..".`
    throw errors.fileInvalid(yaml.placeOf(['services', name, 'path']), reason, next)
  }
}

const checkPorts: Check = ({ services }, yaml) => {
  const taken = new Map<number, string>()
  for (const { name, port } of services) {
    if (port === undefined) continue
    const other = taken.get(port)
    if (other !== undefined) {
      const place = yaml.placeOf(['services', name, 'port'])
      throw errors.fileInvalid(place, `${name} and ${other} both want port ${port}.`, next)
    }
    taken.set(port, name)
  }
}

// Only calls: a cycle of synchronous calls can wait for itself. Following a feed cannot.
const checkCycle: Check = (system, yaml) => {
  const cycle = findCycle(system)
  if (cycle === undefined) return
  const place = yaml.placeOf(['services', cycle[0]!, 'dependsOn'])
  throw errors.fileInvalid(place, `the services call each other in a cycle: ${cycle.join(' → ')}.`, next)
}
