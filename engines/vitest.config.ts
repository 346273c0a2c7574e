import { fileURLToPath } from 'node:url'
import { playwright } from '@vitest/browser-playwright'
import { defaultClientConditions } from 'vite'
import { defineConfig, type TestProjectConfiguration } from 'vitest/config'
import type { BrowserProviderOption } from 'vitest/node'
import frameworks from '../frameworks.json' with { type: 'json' }
import { chromiumOptions, type Engine, firefoxOptions } from './launch.ts'
import { webkit } from './webkit-provider.ts'

const path = (file: string) => fileURLToPath(new URL(file, import.meta.url))
const engines: Record<Engine, () => BrowserProviderOption> = {
  chromium: () => playwright({ launchOptions: chromiumOptions }),
  firefox: () => playwright({ launchOptions: firefoxOptions }),
  webkit,
}

/** Settings of a project in which an engine runs tests in its page. */
const inPage = (engine: Engine, name: string, folder: string) => ({
  root: path(`../packages/${folder}`),
  resolve: { conditions: ['@headwater/page', '@headwater/source', ...defaultClientConditions] },
  // A page has no environment.
  define: { 'process.env': JSON.stringify({ NODE_ENV: 'test', HEADWATER_STREAMS: '20000' }) },
  test: {
    name: `${engine} ${name}`,
    dir: path(`../packages/${folder}`),
    globalSetup: path('control-server.ts'),
    testTimeout: 60_000,
    browser: {
      enabled: true,
      ui: false,
      headless: engine !== 'webkit',
      screenshotFailures: false,
      provider: engines[engine](),
      instances: [{ browser: engine as never, name: `${engine} ${name}` }],
    },
  },
})

/** Runs the tests of core that need no more than a parser, and those that are written for a page. */
function core(engine: Engine): TestProjectConfiguration {
  const { test, ...rest } = inPage(engine, 'core', 'core')
  const include = ['test/protocol/*.test.ts', 'test/**/*.page.test.ts']
  return {
    ...rest,
    test: {
      ...test,
      include,
      exclude: ['**/*.browser.test.ts', '**/linearity.test.ts'],
      setupFiles: 'test/setup.ts',
    },
  }
}

/** Runs the tests of a binding, except those that need Node. */
function binding(engine: Engine, name: string): TestProjectConfiguration {
  const { test, ...rest } = inPage(engine, name, name)
  const exclude = ['**/{contenders,server,version}.test.*']
  return { extends: path(`../packages/${name}/vitest.config.ts`), ...rest, test: { ...test, exclude } }
}

export default defineConfig({
  root: path('..'),
  test: {
    projects: (Object.keys(engines) as Engine[]).flatMap((engine) => [
      core(engine),
      ...frameworks.map(({ name }) => binding(engine, name)),
    ]),
  },
})
