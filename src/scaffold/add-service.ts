// Answers → what adding a service to a system creates and changes.

import { addServiceToFile, type ServiceEntry } from './edit-system-file.ts'
import { hashesOf, lockPath, lockText, lockWithService, type Lock } from './lock.ts'
import type { Edit } from './plan.ts'
import { serviceTree } from './service-tree.ts'
import type { Making } from './system-tree.ts'
import { below, textFile, textOf, type Tree } from './tree.ts'

export interface AddedService {
  create: Tree
  /** msvc.yaml last: until it is replaced, nothing knows the service. */
  edit: Edit[]
}

export interface SystemOnDisk {
  systemFile: { path: string; content: Uint8Array }
  /** Absent when the system was not made by msvc, or its lock was deleted. */
  lock: { content: Uint8Array; value: Lock } | undefined
}

export function addService(
  { entry, templateName }: { entry: ServiceEntry; templateName: string },
  template: Tree,
  { disk, making }: { disk: SystemOnDisk; making: Omit<Making, 'schema'> },
): AddedService {
  const create = below(entry.path, serviceTree(entry.name, template))
  const systemFile = textFile(disk.systemFile.path, addServiceToFile(textOf(disk.systemFile), entry))
  const edits: Edit[] = [
    { path: systemFile.path, before: disk.systemFile.content, after: systemFile.content },
  ]
  if (disk.lock === undefined) return { create, edit: edits }

  const { sha256, cliVersion } = making
  // A system file that the user has changed is theirs: its hash in the lock stays that of our last render.
  const isOurs = disk.lock.value.files[systemFile.path] === sha256(disk.systemFile.content)
  const { name, dependsOn, follows, port } = entry
  const lock = lockWithService(
    disk.lock.value,
    { name, cliVersion, template: templateName, answers: { dependsOn, follows, ...(port && { port }) } },
    hashesOf(isOurs ? [...create, systemFile] : create, sha256),
  )
  const lockEdit = {
    path: lockPath,
    before: disk.lock.content,
    after: textFile(lockPath, lockText(lock)).content,
  }
  return { create, edit: [lockEdit, ...edits] }
}
