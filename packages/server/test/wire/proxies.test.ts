import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { WireClient } from './client.ts'
import { freePort, startProgram, type Program } from './program.ts'
import { isMatrix, testServer } from './suite.ts'

const examples = join(import.meta.dirname, '../../examples')
const root = process.getuid?.() === 0

interface Proxy {
  readonly file: string
  readonly program: string
  /** Debian's package. */
  readonly package: string
  /** Returns the whole configuration of a folder, from that of the example. */
  wrap?(config: string): string
  command(program: string, file: string): [string, ...string[]]
}

const proxies: { readonly [name: string]: Proxy } = {
  nginx: {
    file: 'nginx.conf',
    program: '/usr/sbin/nginx',
    package: 'nginx-light',
    wrap: (config) => `${root ? 'user root;' : ''}
daemon off; pid nginx.pid; error_log stderr;
events {}
http {
  access_log off; client_body_temp_path t; proxy_temp_path p; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
  ${config}
}`,
    command: (program, file) => [program, '-p', join(file, '..'), '-c', file],
  },
  Caddy: {
    file: 'Caddyfile',
    program: '/usr/bin/caddy',
    package: 'caddy',
    wrap: (config) => `{
  admin off
}
${config}`,
    command: (program, file) => [program, 'run', '--adapter', 'caddyfile', '--config', file],
  },
  HAProxy: {
    file: 'haproxy.cfg',
    program: '/usr/sbin/haproxy',
    package: 'haproxy',
    command: (program, file) => [program, '-db', '-f', file],
  },
}

/** Starts the example for node:http behind a proxy. `change` edits the configuration of the example. */
async function startBehind(proxy: Proxy, change = (config: string) => config): Promise<Program> {
  const server = await startProgram([
    process.execPath,
    '--conditions=@headwater/source',
    join(examples, 'node-http.ts'),
  ])
  const folder = mkdtempSync(join(tmpdir(), 'headwater-proxy-'))
  const file = join(folder, proxy.file)
  const port = await freePort()
  const example = readFileSync(join(examples, 'proxies', proxy.file), 'utf8')
  const config = change(example)
    .replace('127.0.0.1:8080', `127.0.0.1:${server.port}`)
    .replace('listen 80', `listen 127.0.0.1:${port}`)
    .replace('bind :80', `bind 127.0.0.1:${port}`)
    .replace(/^:80 /m, `http://127.0.0.1:${port} `)
  writeFileSync(file, proxy.wrap?.(config) ?? config)
  const started = await startProgram(proxy.command(proxy.program, file), {
    port,
    cwd: folder,
    env: { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
  }).catch(async (error: Error) => {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
    throw error
  })
  return {
    ...started,
    async stop() {
      const code = await server.stop()
      await started.stop()
      rmSync(folder, { recursive: true, force: true })
      return code
    },
  }
}

for (const [name, proxy] of Object.entries(proxies)) {
  const isThere = existsSync(proxy.program)
  const missing = isThere ? '' : ` needs ${name}: apt-get install ${proxy.package}`
  describe.skipIf(!isMatrix || !isThere)(`examples/proxies/${proxy.file}${missing}`, () => {
    testServer(() => startBehind(proxy))

    test('heartbeats keep a quiet stream open beyond the timeouts of the proxy', async () => {
      const program = await startBehind(proxy, (config) => config.replaceAll('60s', '10s'))
      onTestFinished(async () => void (await program.stop()))
      const client = await WireClient.open(`http://127.0.0.1:${program.port}/prices`)
      await client.until('four heartbeats', () => client.text.split('\n:\n').length > 4, 60_000)
      expect(client.ended).toBe(false)
      client.drop()
    }, 90_000)
  })
}

describe.skipIf(!isMatrix || !existsSync(proxies['nginx']!.program))(
  'nginx with nothing but proxy_pass',
  () => {
    // It asks with HTTP/1.0, and would buffer, but the response has X-Accel-Buffering: no.
    testServer(() =>
      startBehind(proxies['nginx']!, (config) =>
        config.replace(/location[\s\S]*?\n {2}\}/, 'location /prices { proxy_pass http://app; }'),
      ),
    )
  },
)
