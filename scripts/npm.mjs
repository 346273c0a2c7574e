// Runs npm in a fresh project, as its user would.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'

/** Time limit for each step of a project. */
export const LIMIT_MS = 240_000

/** The environment of a project: npm's global settings, and nothing of this workspace. */
const environment = Object.fromEntries(
  Object.entries({
    ...process.env,
    CI: '1',
    NEXT_TELEMETRY_DISABLED: '1',
    NUXT_TELEMETRY_DISABLED: '1',
  }).filter(
    ([name]) => !/^(npm_(?!config_globalconfig$)|pnpm_|NODE_OPTIONS|NODE_ENV|INIT_CWD|VITEST)/i.test(name),
  ),
)

/** Runs npm until it exits. */
export const npm = (cwd, env, ...args) => startNpm(cwd, env, ...args).finished

/** Starts npm. `stop` stops it and its child processes. `finished` rejects with the end of the output if it fails. */
export function startNpm(cwd, env, ...args) {
  const child = spawn('npm', args, {
    cwd,
    env: { ...environment, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  return { stop: () => stop(child), finished: finished(child, `npm ${args.join(' ')}`, cwd) }
}

async function finished(child, command, cwd) {
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output += text))
  const timer = setTimeout(() => stop(child), LIMIT_MS)
  const [code, signal] = await once(child, 'close')
  clearTimeout(timer)
  if (code !== 0)
    throw new Error(`${command} in ${cwd}: ${signal ?? `exit code ${code}`}\n${output.slice(-4000)}`)
}

/** Stops a program and its child processes. */
function stop({ pid }) {
  if (process.platform === 'win32') spawnSync('taskkill', ['/pid', String(pid), '/t', '/f'])
  else
    try {
      process.kill(-pid, 'SIGTERM')
    } catch {} // It has exited already.
}
