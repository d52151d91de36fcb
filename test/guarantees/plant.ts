// Preloaded into a test of a template (`node --import`): see planted-fault.ts.

import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'
import { plantedIn } from './planted-fault.ts'

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context)
    if (!url.startsWith('file:') || loaded.format !== 'module-typescript') return loaded
    const { source } = loaded
    const text = typeof source === 'string' ? source : new TextDecoder().decode(source ?? undefined)
    return { ...loaded, source: plantedIn(fileURLToPath(url), text) }
  },
})
