import { existsSync } from 'node:fs'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig, type TestProjectConfiguration } from 'vitest/config'
import type { BrowserProviderOption } from 'vitest/node'
import { webkit } from './webkit-provider.ts'

const firefox = process.env['FIREFOX_PATH'] || '/usr/bin/firefox-esr'
const chromium = process.env['CHROMIUM_PATH'] || '/usr/bin/chromium'

const project = (name: string, provider: BrowserProviderOption, headless = true): TestProjectConfiguration => ({
  resolve: { conditions: ['@headwater/source', 'module', 'browser', 'development|production'] },
  // Pages have no environment.
  define: { 'process.env': JSON.stringify({ HEADWATER_STREAMS: '50000', NODE_ENV: 'test' }) },
  test: {
    name,
    include: ['packages/core/test/protocol/property.test.ts'],
    testTimeout: 60_000,
    browser: { enabled: true, ui: false, screenshotFailures: false, headless, provider, instances: [{ browser: name as never, name }] },
  },
})

export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  test: {
    projects: [
      project('chromium', playwright({ launchOptions: { ...(existsSync(chromium) && { executablePath: chromium }), args: ['--no-sandbox'] } })),
      project('firefox', playwright({ launchOptions: { channel: 'moz-firefox', executablePath: firefox } })),
      project('webkit', webkit(), false),
    ],
  },
})
