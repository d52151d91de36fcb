// Reads an experiment of another tool, and writes ours.

import { resolve } from 'node:path'
import { diskFiles } from '../adapters/files.ts'
import { importChaosToolkit, type Imported } from '../chaos/experiment/import-chaos-toolkit.ts'
import { faultKinds } from '../chaos/faults.ts'
import { errors } from '../errors.ts'
import { loadSystem, systemRoot } from '../system/load-system.ts'

/** @throws UserError file-missing, file-invalid, files-in-the-way */
export async function importExperiment(
  file: string,
  { from, out }: { from: string; out: string | undefined },
): Promise<Imported> {
  const text = await diskFiles.readIfExists(resolve(from, file))
  if (text === undefined) throw errors.fileMissing(file)
  const system = await loadSystem(await systemRoot(from, diskFiles), diskFiles)
  const imported = importChaosToolkit(text, file, { system, kinds: faultKinds })
  if (out !== undefined) {
    const path = resolve(from, out)
    if (await diskFiles.exists(path))
      throw errors.filesInTheWay(from, [{ path: out, reason: 'exists already' }])
    await diskFiles.write(path, imported.yaml)
  }
  return imported
}
