import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright'

/** Launches the Chromium at `CHROMIUM_PATH`, by default the system's; Playwright's own if that does not exist. */
export function launch(): Promise<Browser> {
  const system = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium'
  return chromium.launch({
    ...(existsSync(system) ? { executablePath: system } : {}),
    // Playwright turns the back-forward cache off by default. The tests need it.
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
    ],
  })
}

/** Returns the files of an empty page that loads a module and stores its exports in a global variable. */
export const files = (code: string, global: string) => ({
  '/': {
    type: 'text/html',
    body: `<!doctype html><link rel=icon href=data:,><title>${global}</title><script type=module>import * as all from '/module.js'; window.${global} = all</script>`,
  },
  '/elsewhere': {
    type: 'text/html',
    body: '<!doctype html><link rel=icon href=data:,><title>elsewhere</title>',
  },
  '/module.js': { type: 'text/javascript', body: code },
})
