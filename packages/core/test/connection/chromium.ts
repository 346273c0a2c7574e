import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium } from 'playwright'
import { build, type Rolldown } from 'vite'

/** The system's Chromium, or the one that `CHROMIUM_PATH` names, or Playwright's own. */
export function launch(): Promise<Browser> {
  const system = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium'
  return chromium.launch({
    ...(existsSync(system) ? { executablePath: system } : {}),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
    ],
  })
}

/** Bundles a module of this folder for a page. */
export async function bundle(file: string): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'silent',
    root: fileURLToPath(new URL('.', import.meta.url)),
    build: {
      write: false,
      minify: false,
      lib: { entry: fileURLToPath(new URL(file, import.meta.url)), formats: ['es'] },
    },
  })
  const outputs = (Array.isArray(result) ? result : [result]) as Rolldown.RolldownOutput[]
  return outputs[0]!.output[0].code
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
