import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Page } from './adapter.ts'

/** Renders a page with the real server renderer, in a process without jsdom and Vitest. Returns the HTML. */
export async function renderOnServer(folder: string, page: Page): Promise<string> {
  const script = join(import.meta.dirname, 'render.mjs')
  const { NODE_OPTIONS: _, VITEST: __, ...env } = process.env
  const { stdout } = await promisify(execFile)(process.execPath, [script, folder, JSON.stringify(page)], {
    env: { ...env, NODE_ENV: 'development' },
  })
  return JSON.parse(stdout.slice(stdout.lastIndexOf('\n{'))).html
}
