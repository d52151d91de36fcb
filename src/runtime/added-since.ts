// A service that stands in msvc.yaml and is no part of the running fleet was added since `msvc up`: who asks
// for it made no typing error.

import { diskFiles } from '../adapters/files.ts'
import { errors, UserError } from '../errors.ts'
import { loadSystem } from '../system/load-system.ts'

/** @param error unknown-service; the same comes back, or the one that tells what to do. */
export async function tellAdded(error: UserError, root: string): Promise<UserError> {
  const name = error.data?.['name']
  const written = await loadSystem(root, diskFiles).catch((trouble: unknown) => {
    if (trouble instanceof UserError) return undefined // the file is broken: then nothing better is known
    throw trouble
  })
  const service = written?.services.find((one) => one.name === name)
  return service === undefined ? error : errors.serviceAddedSince(service.name, error)
}
