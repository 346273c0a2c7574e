// Fresh projects that use what was published: consumers/* holds one of each kind. `npm test` has to end well by itself, given
// an address in STREAM_URL; one that has `npm start` serves a page on PORT, which has to show a stream in Chromium.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, request } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright'
import { startDemoServer } from '../apps/server/src/server.ts'
import { chromiumOptions } from '../playwright.config.ts'
import { freePort } from './registry.mjs'

const folder = fileURLToPath(new URL('../consumers/', import.meta.url))
/** How long each step of a consumer may take. */
const LIMIT_MS = 240_000

/** The consumers that also run examples as they stand: the front door's, and the first of a package's own README. */
const examples = {
  'node-esm': [{ readme: 'README.md', fence: 'ts', from: '@headwater/core', file: 'prices.ts' }],
  'vite-react': ofBinding('react', 'tsx'),
  'vite-vue': ofBinding('vue', 'vue'),
  'vite-svelte': ofBinding('svelte', 'svelte'),
  'vite-solid': ofBinding('solid', 'tsx', 'jsx'),
}

function ofBinding(binding, fence, own = fence) {
  const from = `@headwater/${binding}`
  return [
    { readme: 'README.md', fence, from, file: `src/price.${fence}` },
    { readme: `packages/${binding}/README.md`, fence: own, from, file: `src/readme.${own}` },
  ]
}

function codeOf({ readme, fence, from }) {
  const text = readFileSync(new URL(`../${readme}`, import.meta.url), 'utf8')
  const blocks = text.matchAll(new RegExp(`^\`\`\`${fence}\\n([\\s\\S]*?)^\`\`\``, 'gm'))
  const example = [...blocks].map(([, code]) => code).find((code) => code.includes(`'${from}`))
  if (!example) throw new Error(`${readme} has no example in ${fence} with ${from}`)
  return example
}

/** The names of all consumers. */
export const consumerNames = () =>
  globSync('*/package.json', { cwd: folder })
    .map((path) => path.slice(0, -'/package.json'.length))
    .toSorted()

/** Installs a consumer with npm into a folder of its own, builds it, and has it read a real stream. */
export async function consume(name, work, npmrc) {
  const project = join(work, name)
  cpSync(join(folder, name), project, { recursive: true })
  writeFileSync(join(project, '.npmrc'), npmrc)
  for (const example of examples[name] ?? []) writeFileSync(join(project, example.file), codeOf(example))
  const { scripts } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'))
  const server = await startDemoServer()
  try {
    await run(project, {}, 'install', '--no-audit', '--no-fund', '--ignore-scripts')
    if (scripts.build) await run(project, {}, 'run', 'build')
    if (scripts.test) await run(project, { STREAM_URL: `${server.url}/api/ticker` }, 'test')
    if (scripts.start) await show(project, server)
  } finally {
    await server.close()
  }
  return project
}

function run(cwd, env, ...args) {
  const child = spawn('npm', args, {
    cwd,
    env: { ...outside, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  return ends(child, `npm ${args.join(' ')}`, cwd)
}

/** A consumer knows nothing of the workspace that tries it, but of the machine: npm's own settings for all who use it. */
const outside = Object.fromEntries(
  Object.entries({
    ...process.env,
    CI: '1',
    NEXT_TELEMETRY_DISABLED: '1',
    NUXT_TELEMETRY_DISABLED: '1',
  }).filter(
    ([name]) => !/^(npm_(?!config_globalconfig$)|pnpm_|NODE_OPTIONS|NODE_ENV|INIT_CWD|VITEST)/i.test(name),
  ),
)

async function ends(child, what, where) {
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (said += text))
  const timer = setTimeout(() => stop(child), LIMIT_MS)
  const [code, signal] = await once(child, 'close')
  clearTimeout(timer)
  if (code !== 0)
    throw new Error(`${what} in ${where}: ${signal ?? `exit code ${code}`}\n${said.slice(-4000)}`)
}

/** Ends a program with all that it has started. */
function stop({ pid }) {
  if (process.platform === 'win32') spawnSync('taskkill', ['/pid', String(pid), '/t', '/f'])
  else
    try {
      process.kill(-pid, 'SIGTERM')
    } catch {} // It has gone by itself.
}

/** Serves the consumer's page and the demo server's streams under one address, and looks at it with a real browser. */
async function show(project, server) {
  const port = await freePort()
  const child = spawn('npm', ['start'], {
    cwd: project,
    env: { ...outside, PORT: String(port), HOST: '127.0.0.1', STREAM_URL: `${server.url}/api/ticker` },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let gone = false
  const ended = ends(child, 'npm start', project)
    .catch((error) => error)
    .finally(() => (gone = true))
  const front = await startFront(`http://127.0.0.1:${port}`, server.url)
  try {
    const html = await firstAnswer(front.url, () => gone)
    // What a server renders has connected nothing; a page that is built once holds no status at all.
    if (html.includes('data-status') && !/data-status="?idle/.test(html))
      throw new Error(`the server rendered something else than idle: ${html.slice(0, 2000)}`)
    await watch(front.url, html)
    await left(server)
  } catch (error) {
    stop(child)
    throw new Error(`${error.message}\n${(await ended)?.message ?? ''}`, { cause: error })
  } finally {
    stop(child)
    await ended
    await front.close()
  }
}

/** Nothing may be connected once the page has gone. */
async function left(server) {
  let open
  for (const start = Date.now(); Date.now() - start < 10_000;) {
    open = (await (await fetch(`${server.url}/api/stats`)).json()).open
    if (open === 0) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`${open} streams are still open after the page was left`)
}

/** Waits for the page to be served, without which there is nothing to see. */
async function firstAnswer(url, isGone) {
  for (const start = Date.now(); Date.now() - start < LIMIT_MS && !isGone();) {
    const answer = await fetch(url).catch(() => undefined)
    if (answer?.ok) return answer.text()
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error('the page was never served')
}

/** The page has to become open, and its number to grow; it may not say anything wrong. */
async function watch(url, html) {
  const browser = await chromium.launch(chromiumOptions)
  try {
    const page = await browser.newPage()
    const troubles = []
    page.on('pageerror', (error) => troubles.push(error.message))
    page.on('console', (message) => message.type() === 'error' && troubles.push(message.text()))
    await page.goto(url)
    await page.locator('[data-status="open"]').waitFor()
    for (let past = 0, times = 0; times < 2; times++) {
      const grown = (from) => Number(document.querySelector('[data-n]').dataset.n) > from
      await page.waitForFunction(grown, past)
      past = Number(await page.locator('[data-n]').getAttribute('data-n')) + 10
    }
    // The examples, if this consumer has them: a symbol and a price; and the message as it came.
    for (const [id, hasText] of [
      ['example', /^\S+ [\d.]+$/],
      ['readme', /"n":\d+/],
    ])
      if (html.includes(`id="${id}"`)) await page.locator(`#${id} p`).filter({ hasText }).waitFor()
    // A browser asks for an icon that no consumer has.
    const real = troubles.filter((text) => !text.includes('404'))
    if (real.length > 0) throw new Error(`the page said: ${real.join('\n')}`)
  } finally {
    await browser.close()
  }
}

/** One address for both: `/api` leads to the streams, `/prices` of the examples to one of them, the rest to the page. */
async function startFront(page, streams) {
  const front = createServer((incoming, answer) => {
    const { method, headers } = incoming
    const path = incoming.url.startsWith('/prices') ? '/api/ticker' : incoming.url
    const target = new URL(path, path.startsWith('/api/') ? streams : page)
    const onward = request(target, { method, headers }, (response) => {
      answer.writeHead(response.statusCode, response.headers)
      response.pipe(answer)
    })
    onward.on('error', () => answer.destroy())
    answer.on('close', () => onward.destroy())
    incoming.pipe(onward)
  }).listen(0, '127.0.0.1')
  await once(front, 'listening')
  return {
    url: `http://127.0.0.1:${front.address().port}/`,
    close() {
      front.closeAllConnections()
      return new Promise((resolve) => front.close(resolve))
    },
  }
}
