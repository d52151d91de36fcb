// The thresholds of the service that is loaded, from the msvc.yaml of its system.

import { diskFiles } from '../adapters/files.ts'
import { errors } from '../errors.ts'
import { thresholdsOf } from '../load/slo-thresholds.ts'
import type { Threshold } from '../load/thresholds.ts'
import { loadSystem } from '../system/load-system.ts'
import type { RecordedLoadOptions } from './recorded-load.ts'

/** Throws `slo-missing` when the URL is no service of the fleet, or nothing is promised of it. */
export async function sloOf(url: string, fleet: RecordedLoadOptions['fleet']): Promise<Threshold[]> {
  if (fleet === undefined) throw errors.sloMissing(url, 'it is no service of a running system here')
  const { services } = await fleet.agent.status()
  const { origin } = new URL(url)
  const name = services.find((service) => new URL(service.url).origin === origin)?.name
  const system = await loadSystem(fleet.root, diskFiles)
  const declared = system.services.find((service) => service.name === name)
  const thresholds = thresholdsOf(declared?.slo ?? {})
  if (thresholds.length === 0) throw errors.sloMissing(name ?? url, 'msvc.yaml has no slo of it')
  return thresholds
}
