import { defineProject } from 'vitest/config'

export default defineProject({
  // Tests read the sources, so that nothing has to be built first.
  resolve: { conditions: ['@headwater/source'] },
  ssr: { resolve: { conditions: ['@headwater/source'] } },
  test: {
    name: 'react',
    environment: 'jsdom',
    include: ['{test,examples}/**/*.test.{ts,tsx}'],
    globals: true,
    testTimeout: 20_000,
  },
})
