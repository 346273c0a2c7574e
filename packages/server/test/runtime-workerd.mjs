// The main scenarios of the server on workerd: `node runtime-workerd.mjs <workerd> <server>`.
import { spawn } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const [workerd, library] = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), 'headwater-workerd-'))
copyFileSync(new URL('runtime-worker.mjs', import.meta.url), join(folder, 'worker.mjs'))
copyFileSync(fileURLToPath(library), join(folder, 'server.mjs'))
writeFileSync(
  join(folder, 'config.capnp'),
  `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [ (name = "main", worker = .main) ],
  sockets = [ (name = "http", address = "127.0.0.1:0", http = (), service = "main") ]
);
const main :Workerd.Worker = (
  modules = [
    (name = "worker.mjs", esModule = embed "worker.mjs"),
    (name = "server.mjs", esModule = embed "server.mjs")
  ],
  compatibilityDate = "2025-01-01",
  durableObjectNamespaces = [ (className = "Room", uniqueKey = "room") ],
  durableObjectStorage = (inMemory = void),
  bindings = [ (name = "ROOM", durableObjectNamespace = "Room") ]
);
`,
)
const child = spawn(workerd, ['serve', 'config.capnp', '--control-fd=3'], {
  cwd: folder,
  stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
})

function assertEqual(actual, expected, name) {
  if (String(actual) !== String(expected)) throw new Error(`${name}: ${actual}, not ${expected}`)
}

async function read(body, end) {
  const decoder = new TextDecoder()
  let text = ''
  while (!text.includes(end)) {
    const { done, value } = await body.read()
    if (done) throw new Error(`The response ended: ${text}`)
    text += decoder.decode(value, { stream: true })
  }
  return text
}

async function run(url) {
  const call = async (path, body) => (await fetch(url + path, { method: 'POST', body })).text()
  const body = (await fetch(url)).body.getReader()
  await read(body, '\n\n')
  const id = await call('publish', 'one')
  await read(body, `data: "one"\nid: ${id}\n\n`)
  await read(body, ':\n\n')
  await body.cancel()
  for (let turn = 0; turn < 400 && (await call('readers')) !== '0'; turn++)
    await new Promise((resolve) => setTimeout(resolve, 10))
  assertEqual(await call('readers'), 0, 'readers')
  console.log('  ✔ a client gets live messages and heartbeats, and leaves')
  await call('publish', 'two')
  const again = await fetch(url, { headers: { 'last-event-id': id } })
  assertEqual(again.headers.get('sse-resume'), 'complete', 'SSE-Resume')
  const second = again.body.getReader()
  await read(second, 'data: "two"')
  console.log('  ✔ a client resumes')
  await call('close')
  await read(second, 'retry: 700\n')
  assertEqual((await fetch(url)).status, 503, 'the status')
  console.log('  ✔ a closed channel ends its responses and answers 503')
}

try {
  const port = await new Promise((resolve, reject) => {
    child.stdio[3].on('data', (text) => resolve(JSON.parse(String(text).split('\n')[0]).port))
    child.once('exit', (code) => reject(new Error(`workerd did not start: exit code ${code}`)))
  })
  await run(`http://127.0.0.1:${port}/`)
} finally {
  child.kill()
  rmSync(folder, { recursive: true, force: true })
}
