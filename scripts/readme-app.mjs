// Fresh apps, each made from the README of a binding alone: create-vite creates the app, the install line installs the binding, and
// the first example under "Quick start" becomes the component of the app. Its page is opened in Chromium.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright'
import { createPages } from '../apps/server/src/pages.ts'
import frameworks from '../frameworks.json' with { type: 'json' }
import { chromiumOptions } from '../engines/launch.ts'
import { npm } from './npm.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const screenshots = join(root, '.test-results/readme-apps')
const CREATE_VITE = 'create-vite@9.3.0'
const PREFIX = 'readme-'

/** Returns the names of all apps. */
export const readmeAppNames = () => frameworks.map(({ name }) => PREFIX + name)

/** Returns the install command and the component that a README shows. */
export function readQuickStart(readme) {
  const [, install] = readme.match(/^```sh\nnpm (install .+)\n```$/m) ?? []
  const [, section] = readme.match(/^## Quick start\n([\s\S]*?)(?=^## |(?![\s\S]))/m) ?? []
  const [, language, component] = section?.match(/^```(tsx|vue|svelte)\n([\s\S]*?)^```$/m) ?? []
  if (!install) throw new Error('The README has no block with one line `npm install …`.')
  if (!component) throw new Error('The README has no component in a block under `## Quick start`.')
  return { install: install.split(' '), language, component }
}

/** Creates the app of a binding, builds it, and checks what its page shows while its server works, and while it does not. */
export async function tryReadme(name, work, npmrc) {
  const framework = name.slice(PREFIX.length)
  const readme = readFileSync(join(root, 'packages', framework, 'README.md'), 'utf8')
  const { install, language, component } = readQuickStart(readme)
  const create = [
    'exec',
    '--yes',
    '--',
    CREATE_VITE,
    name,
    '--template',
    `${framework}-ts`,
    '--no-interactive',
  ]
  await npm(work, {}, ...create)
  const project = join(work, name)
  writeFileSync(join(project, '.npmrc'), npmrc)
  assert.deepEqual(globSync('src/App.{tsx,vue,svelte}', { cwd: project }), [`src/App.${language}`])
  writeFileSync(join(project, `src/App.${language}`), component)
  await npm(project, {}, ...install, '--no-audit', '--no-fund', '--ignore-scripts')
  const { scripts } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'))
  if (scripts.check) await npm(project, {}, 'run', 'check')
  await npm(project, {}, 'run', 'build')
  const server = await startServer(join(project, 'dist'))
  try {
    await checkPage(framework, server)
  } finally {
    await server.close()
  }
}

/** Serves a built page, and a stream of prices at every URL that is requested as an event stream. */
async function startServer(folder) {
  const pages = createPages({ '/': folder })
  let status = 200
  const server = createServer((request, response) => {
    if (request.headers.accept !== 'text/event-stream') pages(request, response)
    else if (status === 200) sendPrices(response)
    else response.writeHead(status).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    /** Answers streams with another status from now on, and breaks the open ones. */
    answerWith(next) {
      status = next
      server.closeAllConnections()
    },
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/** Sends a price ten times a second, for a minute at most. */
function sendPrices(response) {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  let price = 100
  const timer = setInterval(() => {
    response.write(`data: ${(price += 0.25)}\n\n`)
    if (price === 250) response.end()
  }, 100)
  response.on('close', () => clearInterval(timer))
}

/** Follows a page through the life of its server. Saves a picture of each state. */
async function checkPage(framework, server) {
  mkdirSync(screenshots, { recursive: true })
  const browser = await chromium.launch(chromiumOptions)
  try {
    const page = await browser.newPage({ viewport: { width: 640, height: 240 } })
    const errors = []
    page.on('pageerror', (error) => errors.push(error.message))
    const shows = async (state, text) => {
      await page.locator('p').filter({ hasText: text }).waitFor({ timeout: 15_000 })
      await page.screenshot({ path: join(screenshots, `${framework}-${state}.png`) })
    }
    const price = /^\s*\d+(\.\d+)?\s*$/
    await page.goto(server.url)
    await shows('live', price)
    const first = await page.locator('p').textContent()
    await page.waitForFunction((past) => document.querySelector('p').textContent !== past, first)
    server.answerWith(500)
    await shows('reconnecting', /\d.*reconnecting in \d+ s/s)
    server.answerWith(200)
    await shows('live-again', price)
    server.answerWith(404)
    await shows('failed', /404/)
    server.answerWith(200)
    await page.getByRole('button').click()
    await shows('after-the-button', price)
    assert.deepEqual(errors, [])
  } finally {
    await browser.close()
  }
}
