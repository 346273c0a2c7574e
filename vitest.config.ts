import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: [
      'packages/*',
      'apps/server',
      {
        test: {
          name: 'scripts',
          environment: 'node',
          include: ['scripts/test/*.test.ts'],
          // Some of them install a whole work tree.
          hookTimeout: 120_000,
          testTimeout: 300_000,
        },
      },
      {
        // Node drives Debian's Chromium, or any other that CHROMIUM_PATH names.
        resolve: { conditions: ['@headwater/source'] },
        ssr: { resolve: { conditions: ['@headwater/source'] } },
        test: {
          name: 'browser',
          environment: 'node',
          include: ['packages/*/test/**/*.browser.test.ts'],
          testTimeout: 120_000,
        },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**'],
      reporter: ['text', 'json-summary'],
    },
  },
})
