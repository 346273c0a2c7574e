// Fresh projects in consumers/* that use the published packages. `npm test` of a project has to pass, given the URL of a stream in
// STREAM_URL. `npm start`, if there is one, serves a page on PORT, which has to show a stream in Chromium. Each script whose name begins
// with `serve` serves /prices on PORT, which has to pass the checks in packages/server/test/wire. `examples.json` names the examples that
// the project runs: the path of a file, or a README, the language of the example and the package that it imports; and the file to write it to.
import { once } from 'node:events'
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, request } from 'node:http'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright'
import { startDemoServer } from '../apps/server/src/server.ts'
import { checks, checkStop, slowChecks } from '../packages/server/test/wire/checks.ts'
import { chromiumOptions } from '../engines/launch.ts'
import { LIMIT_MS, npm, startNpm } from './npm.mjs'
import { freePort } from './registry.mjs'
import { fetchRuntime, runtimes } from './runtime-programs.mjs'

const folder = fileURLToPath(new URL('../consumers/', import.meta.url))

/** Returns the names of all consumers. */
export const consumerNames = () =>
  globSync('*/package.json', { cwd: folder })
    .map((path) => path.slice(0, -'/package.json'.length))
    .toSorted()

/** Installs a consumer with npm into its own folder, builds it, and lets it read a real stream. */
export async function consume(name, work, npmrc) {
  const project = join(work, name)
  cpSync(join(folder, name), project, { recursive: true })
  writeFileSync(join(project, '.npmrc'), npmrc)
  for (const example of examplesOf(project)) {
    mkdirSync(dirname(join(project, example.file)), { recursive: true })
    writeFileSync(join(project, example.file), codeOf(example))
  }
  const { scripts } = readJson(join(project, 'package.json'))
  const server = await startDemoServer()
  try {
    await npm(project, {}, 'install', '--no-audit', '--no-fund', '--ignore-scripts')
    if (scripts.build) await npm(project, {}, 'run', 'build')
    if (scripts.test) await npm(project, { STREAM_URL: `${server.url}/api/ticker` }, 'test')
    if (scripts.start) await checkPage(project, server)
    for (const [script, command] of Object.entries(scripts))
      if (script.startsWith('serve')) await checkServer(project, script, command)
  } finally {
    await server.close()
  }
  return project
}

const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'))

function examplesOf(project) {
  const file = join(project, 'examples.json')
  return existsSync(file) ? readJson(file) : []
}

/** Returns the code of a file, or the first example of a README in a language that imports a package. */
function codeOf({ path, readme, fence, from }) {
  if (path) return readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
  const text = readFileSync(new URL(`../${readme}`, import.meta.url), 'utf8')
  const blocks = text.matchAll(new RegExp(`^\`\`\`${fence}\\n([\\s\\S]*?)^\`\`\``, 'gm'))
  const example = [...blocks].map(([, code]) => code).find((code) => code.includes(`'${from}`))
  if (!example) throw new Error(`${readme} has no example in ${fence} that imports ${from}.`)
  return example
}

/** Starts a server of the project, and checks that clients can resume from it. */
async function checkServer(project, script, command) {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}/prices`
  const env = { PORT: String(port), ...runtimeOf(command) }
  const { stop, finished } = startNpm(project, env, 'run', script)
  let exited = false
  const ended = finished.catch((error) => error).finally(() => (exited = true))
  let current = 'starts'
  try {
    await firstResponse(url, () => exited, 'HEAD')
    for (const [title, check] of Object.entries({ ...checks, ...slowChecks })) {
      current = title
      await check({ url })
    }
    current = 'is stopped'
    await checkStop({ url }, stop)
  } catch (error) {
    stop()
    throw new Error(`${script}: ${current}: ${error.stack}\n${(await ended)?.message ?? ''}`, {
      cause: error,
    })
  } finally {
    stop()
    await ended
  }
}

/** Returns the path of the runtime that a command names in a variable, such as `$BUN`. */
function runtimeOf(command) {
  const [, name] = command.match(/\$(BUN|DENO)\b/) ?? []
  return name && { [name]: fetchRuntime(runtimes.find((each) => each.name.toUpperCase().startsWith(name))) }
}

/** Serves the consumer's page and the demo server's streams on one origin, and opens the page in a real browser. */
async function checkPage(project, server) {
  const port = await freePort()
  const env = { PORT: String(port), HOST: '127.0.0.1', STREAM_URL: `${server.url}/api/ticker` }
  const { stop, finished } = startNpm(project, env, 'start')
  let exited = false
  const ended = finished.catch((error) => error).finally(() => (exited = true))
  const proxy = await startProxy(`http://127.0.0.1:${port}`, server.url)
  try {
    const html = await firstResponse(proxy.url, () => exited)
    // A server renders `idle`. A page that is built in advance has no status.
    if (html.includes('data-status') && !/data-status="?idle/.test(html))
      throw new Error(`The server did not render the status idle: ${html.slice(0, 2000)}`)
    await watch(proxy.url)
    await expectNoStreams(server)
  } catch (error) {
    stop()
    throw new Error(`${error.message}\n${(await ended)?.message ?? ''}`, { cause: error })
  } finally {
    stop()
    await ended
    await proxy.close()
  }
}

/** Waits until no stream is open after the page has been closed. */
async function expectNoStreams(server) {
  let open
  for (const start = Date.now(); Date.now() - start < 10_000;) {
    open = (await (await fetch(`${server.url}/api/stats`)).json()).open
    if (open === 0) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`${open} streams are still open after the page was closed.`)
}

/** Waits until the page is served, and returns its HTML. */
async function firstResponse(url, hasExited, method = 'GET') {
  for (const start = Date.now(); Date.now() - start < LIMIT_MS && !hasExited();) {
    const response = await fetch(url, { method }).catch(() => undefined)
    if (response?.ok) return response.text()
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error(`The page was not served within ${LIMIT_MS} ms.`)
}

/** Waits until the page is open and its number has grown twice. Throws if the page logs an error. */
async function watch(url) {
  const browser = await chromium.launch(chromiumOptions)
  try {
    const page = await browser.newPage()
    const errors = []
    page.on('pageerror', (error) => errors.push(error.message))
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
    await page.goto(url)
    await page.locator('[data-status="open"]').waitFor()
    for (let past = 0, times = 0; times < 2; times++) {
      const grown = (from) => Number(document.querySelector('[data-n]').dataset.n) > from
      await page.waitForFunction(grown, past)
      past = Number(await page.locator('[data-n]').getAttribute('data-n')) + 10
    }
    // A browser requests an icon, which no consumer has.
    const unexpected = errors.filter((text) => !text.includes('404'))
    if (unexpected.length > 0) throw new Error(`The page logged errors: ${unexpected.join('\n')}`)
  } finally {
    await browser.close()
  }
}

/** Serves one origin: `/api` from the demo server, everything else from the page's server. */
async function startProxy(page, streams) {
  const proxy = createServer((incoming, response) => {
    const { method, headers, url } = incoming
    const target = new URL(url, url.startsWith('/api/') ? streams : page)
    const forwarded = request(target, { method, headers }, (upstream) => {
      response.writeHead(upstream.statusCode, upstream.headers)
      upstream.pipe(response)
    })
    forwarded.on('error', () => response.destroy())
    response.on('close', () => forwarded.destroy())
    incoming.pipe(forwarded)
  }).listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  return {
    url: `http://127.0.0.1:${proxy.address().port}/`,
    close() {
      proxy.closeAllConnections()
      return new Promise((resolve) => proxy.close(resolve))
    },
  }
}
