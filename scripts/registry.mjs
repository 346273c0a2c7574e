import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { createServer } from 'node:net'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { json } from 'node:stream/consumers'

/** How long the registry may take to answer for the first time. */
const START_MS = 60_000

/** A registry on loopback for one scope alone: everything else comes from where it always comes from. */
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
  const gone = once(child, 'exit')
  let failure
  void gone.then(([code]) => (failure = new Error(`the registry ended by itself, with code ${code}`)))
  const start = Date.now()
  while (!(await answers(`${url}-/ping`))) {
    if (!failure && Date.now() - start > START_MS) failure = new Error('the registry did not answer')
    if (failure) throw failure
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return {
    url,
    /** What a project's .npmrc says to use it. */
    npmrc: `${scope}:registry=${url}\n`,
    /** What it says of a package. Each question has a socket of its own: this process sleeps long between two of them. */
    async ask(name) {
      const [answer] = await once(get(url + name.replace('/', '%2f'), { agent: false }), 'response')
      return json(answer)
    },
    async close() {
      child.kill('SIGTERM')
      await gone
    },
  }
}

/** A port that nobody listens on now. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

async function answers(url) {
  try {
    return (await fetch(url)).ok
  } catch {
    return false
  }
}
