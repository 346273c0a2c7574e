// Runtimes that are run in tests, and how they are fetched from npm into .tools/.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const tools = fileURLToPath(new URL('../.tools', import.meta.url))

const { platform, arch } = process
const node = (version) => ({
  name: `Node ${version}`,
  spec: `node-${platform}-${arch}@${version}`,
  program: 'bin/node',
})
/** Supported runtimes, without workerd. */
export const runtimes = [
  node('20.20.2'),
  node('22.23.3'),
  node('24.21.0'),
  node('26.10.0'),
  { name: 'Bun 1.4.5', spec: `@oven/bun-${platform}-${arch}@1.4.5`, program: 'bin/bun', args: ['run'] },
  {
    name: 'Deno 2.9.6',
    spec: `@deno/${platform}-${arch}${platform === 'linux' ? '-glibc' : ''}@2.9.6`,
    program: 'deno',
    args: ['run', '--quiet', '--no-config', '--allow-net', '--allow-read', '--no-lock'],
  },
]

/** Returns the path of a runtime. Fetches the runtime if needed. */
export function fetchRuntime({ spec, program }) {
  const prefix = join(tools, spec.replace(/[^\w.-]+/g, '_'))
  const path = join(prefix, 'node_modules', spec.slice(0, spec.lastIndexOf('@')), program)
  if (existsSync(path)) return path
  console.log(`  fetching ${spec} from npm into .tools/`)
  mkdirSync(prefix, { recursive: true })
  const quiet = [
    '--no-save',
    '--no-package-lock',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]
  const { status } = spawnSync('npm', ['install', '--prefix', prefix, ...quiet, spec], {
    cwd: tools,
    stdio: 'inherit',
  })
  if (status !== 0 || !existsSync(path)) throw new Error(`npm could not install ${spec}.`)
  return path
}
