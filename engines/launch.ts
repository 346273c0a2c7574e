import { existsSync } from 'node:fs'
import { type Browser, chromium, firefox, type LaunchOptions } from 'playwright'
import { launchWebKit } from './webkit-browser.ts'

export type Engine = 'chromium' | 'firefox' | 'webkit'

/** Engine of tests that start a browser themselves. Default: Chromium. */
export const engine = (process.env['HEADWATER_ENGINE'] || 'chromium') as Engine

const system = process.env['CHROMIUM_PATH'] || '/usr/bin/chromium'

/** Options that start the Chromium at `CHROMIUM_PATH`, by default the system's; Playwright's own if that does not exist. */
export const chromiumOptions: LaunchOptions = {
  ...(existsSync(system) && { executablePath: system }),
  // Playwright turns the back-forward cache off by default. The tests need it.
  ignoreDefaultArgs: ['--disable-back-forward-cache'],
  // The flags turn off its background requests.
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

/** Options that start the Firefox at `FIREFOX_PATH`, by default Debian's. */
export const firefoxOptions: LaunchOptions = {
  channel: 'moz-firefox',
  executablePath: process.env['FIREFOX_PATH'] || '/usr/bin/firefox-esr',
}

/** Starts an engine, by default the one that `HEADWATER_ENGINE` names. */
export function launch(name: Engine = engine): Promise<Browser> {
  if (name === 'webkit') return launchWebKit()
  return name === 'firefox' ? firefox.launch(firefoxOptions) : chromium.launch(chromiumOptions)
}
