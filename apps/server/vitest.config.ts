import { defineProject } from 'vitest/config'

export default defineProject({
  test: { name: 'demo-server', environment: 'node', testTimeout: 30_000, include: ['test/**/*.test.ts'] },
})
