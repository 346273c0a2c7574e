import { existsSync } from 'node:fs'
import type { Browser } from './browser.ts'
import { startChromium } from './chromium-tabs.ts'
import { firefox, startFirefox } from './firefox-tabs.ts'

/** True if the tests run in Firefox, as in a row of the matrix. */
export const inFirefox = process.env['HEADWATER_TABS_BROWSER'] === 'firefox'

/** True if that browser is not installed. */
export const isMissing = inFirefox && !existsSync(firefox)

/** Starts the browser. The arguments are for Chromium. */
export const startBrowser = (...args: readonly string[]): Promise<Browser> =>
  inFirefox ? startFirefox() : startChromium(...args)
