import { defineProject } from 'vitest/config'

export default defineProject({
  resolve: { conditions: ['@headwater/source', 'browser'] },
  ssr: { resolve: { conditions: ['@headwater/source', 'browser'] } },
  test: {
    name: 'incumbents',
    environment: 'jsdom',
    testTimeout: 20_000,
    include: ['test/**/*.test.ts'],
    server: { deps: { inline: [/solid-js/] } },
  },
})
