import { defineConfig, devices } from '@playwright/test'
import { chromiumOptions } from './engines/launch.ts'

export default defineConfig({
  testDir: 'e2e',
  outputDir: '.test-results/e2e',
  fullyParallel: true,
  forbidOnly: !!process.env['CI'],
  retries: 0,
  workers: 2,
  reporter: [['list'], ['json', { outputFile: '.test-results/e2e.json' }]],
  // The matrix runs the second one in Firefox and WebKit.
  projects: [
    { name: 'chromium', testIgnore: 'engines.test.ts' },
    { name: 'engines', testMatch: 'engines.test.ts' },
  ],
  use: { ...devices['Desktop Chrome'], launchOptions: chromiumOptions },
})
