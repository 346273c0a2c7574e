import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { createServer } from 'node:net'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { json } from 'node:stream/consumers'

/** Time limit for the first response of the registry. */
const START_MS = 60_000

/** Starts a registry on loopback for one scope. All other packages still come from the usual registry. */
export async function startRegistry(scope, folder) {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}/`
  const config = join(folder, 'verdaccio.yaml')
  writeFileSync(
    config,
    [
      `storage: ${join(folder, 'storage')}`,
      'uplinks: {}',
      'packages:',
      `  '${scope}/*': { access: $all, publish: $all, unpublish: $all }`,
      'auth: { htpasswd: { file: ./htpasswd, max_users: -1 } }',
      'web: { enable: false }',
      'middlewares: { audit: { enabled: false } }',
      'log: { type: stdout, format: json, level: error }',
      '',
    ].join('\n'),
  )
  const manifest = createRequire(import.meta.url).resolve('verdaccio/package.json')
  const program = join(dirname(manifest), 'bin/verdaccio')
  const child = spawn(process.execPath, [program, '--config', config, '--listen', `127.0.0.1:${port}`], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const exited = once(child, 'exit')
  let failure
  void exited.then(([code]) => (failure = new Error(`The registry exited with code ${code}.`)))
  const start = Date.now()
  while (!(await responds(`${url}-/ping`))) {
    if (!failure && Date.now() - start > START_MS)
      failure = new Error(`The registry did not respond within ${START_MS} ms.`)
    if (failure) throw failure
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return {
    url,
    /** The .npmrc of a project that uses the registry. */
    npmrc: `${scope}:registry=${url}\n`,
    /** Reads the document of a package. Uses a new socket each time, since minutes may pass between two requests. */
    async read(name) {
      const [response] = await once(get(url + name.replace('/', '%2f'), { agent: false }), 'response')
      return json(response)
    },
    async close() {
      child.kill('SIGTERM')
      await exited
    },
  }
}

/** Returns a free port. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

async function responds(url) {
  try {
    return (await fetch(url)).ok
  } catch {
    return false
  }
}
