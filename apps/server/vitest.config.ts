import { defineProject } from 'vitest/config'

export default defineProject({
  test: { name: 'demo-server', environment: 'node', include: ['test/**/*.test.ts'] },
})
