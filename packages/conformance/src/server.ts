import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Page } from './adapter.ts'

export { type LoopbackServer, startLoopbackServer } from './loopback-server.ts'

/**
 * Renders a page with the real server renderer, in a process without jsdom and Vitest. Returns the HTML.
 *
 * @param url URL of a module in the folder of the `server.ts` that renders.
 */
export async function renderOnServer(url: string, page: Page): Promise<string> {
  const folder = fileURLToPath(new URL('.', url))
  const script = join(import.meta.dirname, 'render.mjs')
  const { NODE_OPTIONS: _, VITEST: __, ...env } = process.env
  const { stdout } = await promisify(execFile)(process.execPath, [script, folder, JSON.stringify(page)], {
    env: { ...env, NODE_ENV: 'development' },
  })
  return JSON.parse(stdout.slice(stdout.lastIndexOf('\n{'))).html
}
