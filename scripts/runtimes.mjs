#!/usr/bin/env node
// node scripts/runtimes.mjs [name]: runs the scenarios of the connection, of the drop-ins and of the server on every supported
// runtime, and those of the server on workerd. Builds them first, and fetches each runtime from npm into .tools/ once.
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'vite'
import { fetchRuntime, runtimes } from './runtime-programs.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const tools = join(root, '.tools')
const folder = join(root, 'packages/core/test/connection')
const core = join(root, 'packages/core/dist/index.js')
// Bundled with core, because each runtime resolves packages differently.
const dropIns = join(tools, 'drop-ins.mjs')
const server = join(tools, 'server.mjs')
const serverTests = join(root, 'packages/server/test')
const suites = [
  { stories: join(folder, 'runtime-scenarios.mjs'), library: core },
  { stories: join(root, 'packages/compat/test/runtime-scenarios.mjs'), library: dropIns },
  { stories: join(serverTests, 'runtime-scenarios.mjs'), library: server },
]
const [only = ''] = process.argv.slice(2)
/** Time limit of a runtime for all scenarios. */
const LIMIT_MS = 90_000

const { platform, arch } = process
const workerdVersion = '1.20261117.1'
runtimes.push({
  name: `workerd ${workerdVersion}`,
  spec: `@cloudflare/workerd-${platform === 'win32' ? 'windows' : platform}-${arch === 'x64' ? '64' : arch}@${workerdVersion}`,
  program: 'bin/workerd',
  // It runs workers, which a script in Node starts and calls.
  driver: join(serverTests, 'runtime-workerd.mjs'),
})

/** Starts new servers, so that runtimes do not share state. */
async function startServers() {
  const child = spawn(process.execPath, ['--no-warnings', join(folder, 'runtime-server.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const json = await new Promise((resolve, reject) => {
    child.stdout.once('data', (text) => resolve(String(text).trim()))
    child.once('exit', () => reject(new Error('The servers did not start.')))
  })
  return { json, stop: () => child.stdin.end() }
}

async function run(runtime, { stories, library }) {
  const program = fetchRuntime(runtime)
  const servers = await startServers()
  try {
    const { args = [], driver } = runtime
    const command = driver
      ? [process.execPath, driver, program, pathToFileURL(library).href]
      : [program, ...args, stories, pathToFileURL(library).href, servers.json]
    const child = spawn(command[0], command.slice(1), { stdio: 'inherit', cwd: tools })
    const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS)
    const [code, signal] = await new Promise((resolve) => child.once('exit', (...how) => resolve(how)))
    clearTimeout(timer)
    if (signal) throw new Error(`It was still running after ${LIMIT_MS / 1_000} s.`)
    if (code !== 0) throw new Error(`exit code ${code}`)
  } finally {
    servers.stop()
  }
}

const built = spawnSync(
  'pnpm',
  ['exec', 'turbo', 'run', 'build', '--filter=@headwater/compat...', '--filter=@headwater/server'],
  {
    cwd: root,
    encoding: 'utf8',
  },
)
if (built.status !== 0) {
  console.error(`✖ The build of core, compat and server failed.\n${built.stdout}${built.stderr}`)
  process.exit(1)
}
mkdirSync(tools, { recursive: true })
for (const [entry, file] of [
  ['packages/compat/dist/index.js', 'drop-ins.mjs'],
  ['packages/server/dist/index.js', 'server.mjs'],
])
  await build({
    configFile: false,
    logLevel: 'error',
    build: {
      outDir: tools,
      emptyOutDir: false,
      minify: false,
      lib: { entry: join(root, entry), formats: ['es'], fileName: () => file },
    },
  })
const failures = []
const chosen = runtimes.filter(({ name }) => name.toLowerCase().includes(only.toLowerCase()))
for (const runtime of chosen) {
  console.log(`\n▸ ${runtime.name}`)
  try {
    for (const suite of runtime.driver ? suites.slice(-1) : suites) await run(runtime, suite)
  } catch (error) {
    failures.push(`${runtime.name}: ${error.message}`)
  }
}
for (const failure of failures) console.log(`✖ ${failure}`)
console.log(`\nruntimes: ${chosen.length - failures.length} passed, ${failures.length} failed`)
process.exitCode = failures.length === 0 && chosen.length > 0 ? 0 : 1
