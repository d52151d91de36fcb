// Plan → the fewest moves that bring a staged tree into place.
//
// A folder that does not exist yet arrives as one rename, with everything in it: that is what makes a
// new system, or a new service's folder, appear whole or not at all.

import { ancestors, type Existing, type FilePlan } from './plan.ts'

export type Move =
  /** `path` '' is the root itself. */
  | { how: 'place-folder'; path: string }
  | { how: 'place-file'; path: string }
  | { how: 'replace-file'; path: string; sha256Before: string; sha256: string }

/** Places first, replacements after them, in the order of the plan: the file that makes it all known comes last. */
export function movesOf(plan: FilePlan, existing: Existing): Move[] {
  const places = new Map<string, Move>()
  const replacements: Move[] = []
  for (const step of plan.steps) {
    switch (step.action) {
      case 'create': {
        const folder = ancestors(step.path).find((path) => !existing.has(path))
        if (folder === undefined) places.set(step.path, { how: 'place-file', path: step.path })
        else places.set(folder, { how: 'place-folder', path: folder })
        break
      }
      case 'edit':
        replacements.push({
          how: 'replace-file',
          path: step.path,
          sha256Before: step.sha256Before,
          sha256: step.sha256,
        })
        break
      case 'refuse':
        throw new Error(`a plan with refusals cannot be applied (${step.path})`)
    }
  }
  return [...places.values(), ...replacements]
}
