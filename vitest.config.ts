import { defineConfig } from 'vitest/config'
import { compileCache } from './test/fixtures/compile-cache.ts'

// Each of these loads the machine, or measures what others would disturb: it runs with nothing beside it.
const alone = [
  'test/docs.test.ts',
  'test/honesty/honesty.test.ts',
  'test/load/misbehaving-targets.test.ts',
  'test/proxy/removal.test.ts',
  'test/runtime/demo.test.ts',
  'test/runtime/kills.test.ts',
  'test/scaffold/rendered.test.ts',
]
const everything = 'test/**/*.test.ts'

export default defineConfig({
  test: {
    disableConsoleIntercept: true,
    testTimeout: 15_000,
    env: { NODE_COMPILE_CACHE: compileCache },
    globalSetup: 'test/fixtures/compile-cache.ts',
    tags: [
      {
        name: 'slow',
        timeout: 180_000,
        description: 'starts real services; left out by `npm run test:fast`',
      },
    ],
    projects: [
      {
        extends: true,
        // Also on two cores: most of them wait for processes.
        test: {
          name: 'beside',
          include: [everything],
          exclude: alone,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'alone',
          include: alone,
          maxWorkers: 1,
          // Of the tests that say they may run at once.
          maxConcurrency: 2,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
