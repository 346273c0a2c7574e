import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: [
      'packages/*/vitest.config.ts',
      'apps/server',
      {
        test: {
          name: 'scripts',
          environment: 'node',
          include: ['scripts/test/*.test.ts'],
          exclude: ['scripts/test/new-binding.test.ts'],
          testTimeout: 60_000,
        },
      },
      { test: { name: 'docs', environment: 'node', include: ['docs/test/*.test.ts'] } },
      {
        // Installs a copy of the work tree. `pnpm check` runs it, `pnpm unit` does not.
        test: {
          name: 'scaffold',
          environment: 'node',
          include: ['scripts/test/new-binding.test.ts'],
          hookTimeout: 120_000,
          testTimeout: 300_000,
        },
      },
      {
        // Drives Debian's Chromium from Node, or the one that CHROMIUM_PATH names. `npm test` runs it.
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
