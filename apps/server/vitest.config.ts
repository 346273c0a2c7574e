import { defineProject } from 'vitest/config'

export default defineProject({
  resolve: { conditions: ['@headwater/source'] },
  ssr: { resolve: { conditions: ['@headwater/source'] } },
  test: { name: 'demo-server', environment: 'node', testTimeout: 60_000, include: ['test/**/*.test.ts'] },
})
