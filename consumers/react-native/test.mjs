// Bundles the app with Metro for both platforms, compiles the bundles with Hermes, and runs them in Node on a fake native side.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { runBundle } from './native.mjs'

const streamUrl = process.env.STREAM_URL
const hermesc = `node_modules/hermes-compiler/hermesc/${{ linux: 'linux64-bin', darwin: 'osx-bin', win32: 'win64-bin' }[process.platform]}/hermesc`

function bundle(platform) {
  const file = `${platform}.js`
  const options = ['--platform', platform, '--dev', 'false', '--minify', 'false', '--bytecode', 'false']
  const expo = ['node_modules/expo/bin/cli', 'export:embed', '--entry-file', 'index.js', ...options]
  const env = { ...process.env, EXPO_NO_TELEMETRY: '1', EXPO_OFFLINE: '1' }
  execFileSync(process.execPath, [...expo, '--bundle-output', file], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  execFileSync(hermesc, ['-O', '-w', '-emit-binary', '-out', `${platform}.hbc`, file], { stdio: 'inherit' })
  // The magic number of Hermes bytecode.
  assert.equal(readFileSync(`${platform}.hbc`).subarray(0, 8).toString('hex'), 'c61fbc03c103191f')
  return readFileSync(file, 'utf8')
}

/** Renders the app, and returns its latest snapshot and messages. */
function mount(context, props) {
  const view = { snapshot: undefined, ids: [] }
  view.unmount = context.mount({
    ...props,
    onSnapshot: (snapshot) => void (view.snapshot = snapshot),
    onMessage: ({ id }) => void view.ids.push(Number(id.split('-')[1])),
  })
  view.until = async (condition) => {
    for (const start = Date.now(); !(view.snapshot && condition(view.snapshot));) {
      if (Date.now() - start > 10_000) throw new Error(`Never ${condition}: ${JSON.stringify(view.snapshot)}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  return view
}

async function checkTicker({ context, setAppState }, reason) {
  const view = mount(context, { url: streamUrl })
  await view.until(({ status, data }) => status === 'open' && data?.n > 0)
  setAppState('inactive')
  setAppState('background')
  await view.until(({ status }) => status === 'paused')
  assert.equal(view.snapshot.reason, reason)
  const before = view.ids.length
  setAppState('active')
  await view.until(({ status }) => status === 'open' && view.ids.length > before + 2)
  assert.equal(view.snapshot.continuity, 'resumed')
  assert.deepEqual(
    view.ids,
    view.ids.map((_, index) => view.ids[0] + index),
    'no message is missing or repeated',
  )
  view.unmount()
  const stats = new URL('/api/stats', streamUrl)
  for (const start = Date.now(); (await (await fetch(stats)).json()).open > 0;)
    assert.ok(Date.now() - start < 10_000, 'the stream is still open after the app was unmounted')
}

async function checkAnswer({ context }) {
  const requests = []
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString()
    requests.push({ type: request.headers['content-type'], body: JSON.parse(body) })
    if (request.url === '/moved') return response.writeHead(307, { location: '/' }).end()
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const bytes = Buffer.from(
      ['你', '好', '👋']
        .map((content) => `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`)
        .join('') + 'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n',
    )
    // Each character arrives in pieces.
    for (const byte of bytes) if (!response.write(Buffer.of(byte))) await once(response, 'drain')
    response.end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${server.address().port}`
  try {
    const view = mount(context, { answers: true, url })
    await view.until(({ status }) => status === 'closed')
    assert.equal(view.snapshot.error, undefined)
    assert.equal(view.snapshot.reason, 'ended')
    assert.equal(view.snapshot.data.text, '你好👋')
    view.unmount()
    const moved = mount(context, { answers: true, url: `${url}/moved` })
    await moved.until(({ status }) => status === 'closed')
    assert.equal(moved.snapshot.error.code, 'redirect')
    moved.unmount()
    assert.equal(requests.length, 2)
    for (const { type, body } of requests) {
      assert.equal(type, 'application/json')
      assert.equal(body.messages[0].content, '你好')
    }
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

for (const [platform, reason] of [
  ['ios', 'frozen'],
  ['android', 'hidden'],
]) {
  const code = bundle(platform)
  assert.doesNotMatch(code, /require\(["']node:/)
  const app = runBundle(code, platform)
  await checkTicker(app, reason)
  await checkAnswer(app)
}
// Modules of the bundles keep timers.
process.exit()
