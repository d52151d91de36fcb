// For a test of ours: see planted-fault.ts.

import { defineConfig } from 'vitest/config'
import { plantedIn, repository } from './planted-fault.ts'

export default defineConfig({
  root: repository,
  plugins: [{ name: 'planted-fault', enforce: 'pre', transform: (code, id) => plantedIn(id, code) }],
  // Without the cache: it would keep the fault, and give it to whoever runs the tests next.
  test: {
    fsModuleCache: false,
    include: ['test/**/*.test.ts'],
    bail: 1,
    reporters: ['tap-flat'],
    tags: [{ name: 'slow', timeout: 80_000 }],
  },
})
