import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    disableConsoleIntercept: true,
    testTimeout: 15_000,
    // Slow tests start real fleets; they run one file after the other, because they measure time.
    tags: [{ name: 'slow', timeout: 180_000, description: 'starts real services and measures time' }],
  },
})
