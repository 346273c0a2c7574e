import { existsSync } from 'node:fs'
import { defineConfig, devices, type LaunchOptions } from '@playwright/test'

const executablePath =
  process.env['CHROMIUM_PATH'] || ['/usr/bin/chromium'].find((path) => existsSync(path)) || undefined

/** Launch options for the installed Chromium. The flags turn off its background requests. */
export const chromiumOptions: LaunchOptions = {
  ...(executablePath ? { executablePath } : {}),
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
}

export default defineConfig({
  testDir: 'e2e',
  outputDir: '.test-results/e2e',
  fullyParallel: true,
  forbidOnly: !!process.env['CI'],
  retries: 0,
  workers: 2,
  reporter: [['list'], ['json', { outputFile: '.test-results/e2e.json' }]],
  // Firefox takes a minute longer, so it only runs in the matrix.
  projects: [
    { name: 'chromium', testIgnore: 'firefox.test.ts' },
    { name: 'firefox', testMatch: 'firefox.test.ts' },
  ],
  use: { ...devices['Desktop Chrome'], launchOptions: chromiumOptions },
})
