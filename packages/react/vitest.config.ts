import { defineProject } from 'vitest/config'

export default defineProject({
  resolve: { conditions: ['@headwater/source'] },
  ssr: { resolve: { conditions: ['@headwater/source'] } },
  test: { name: 'react', environment: 'jsdom', include: ['test/**/*.test.{ts,tsx}'], globals: true },
})
