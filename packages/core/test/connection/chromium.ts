import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright'

/** The system's Chromium, or the one that `CHROMIUM_PATH` names, or Playwright's own. */
export function launch(): Promise<Browser> {
  const system = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium'
  return chromium.launch({
    ...(existsSync(system) ? { executablePath: system } : {}),
    // Pages come back from the back-forward cache, which Playwright turns off.
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

/** A page with nothing in it but a module. */
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
