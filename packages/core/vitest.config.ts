import { defineProject } from 'vitest/config'

export default defineProject({
  // Tests read the sources, so that nothing has to be built first.
  resolve: { conditions: ['@headwater/source'] },
  ssr: { resolve: { conditions: ['@headwater/source'] } },
  test: {
    name: 'core',
    setupFiles: 'test/setup.ts',
    environment: 'node',
    testTimeout: 30_000,
    include: ['test/**/*.test.ts'],
    exclude: ['test/**/*.{browser,page}.test.ts'],
  },
})
