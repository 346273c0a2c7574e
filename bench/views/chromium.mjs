// Drives Chromium over the DevTools protocol. Test drivers also enable its network domain, which reports each message of an
// `EventSource`, and that overhead would be measured.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright'

const FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-extensions',
  '--disable-renderer-backgrounding',
  '--remote-debugging-port=0',
]

/** Starts Chromium: `CHROMIUM_PATH`, /usr/bin/chromium, or Playwright's build. */
export async function launch() {
  const system = process.env.CHROMIUM_PATH || '/usr/bin/chromium'
  const profile = mkdtempSync(join(tmpdir(), 'headwater-chromium-'))
  const child = spawn(
    existsSync(system) ? system : chromium.executablePath(),
    [...FLAGS, `--user-data-dir=${profile}`, 'about:blank'],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  process.once('exit', () => child.kill())
  const exited = new Promise((resolve) => child.once('exit', resolve))
  const address = await new Promise((resolve, reject) => {
    let stderr = ''
    child.stderr.on('data', (text) => {
      stderr += text
      const [, found] = /DevTools listening on (\S+)/.exec(stderr) ?? []
      if (found) resolve(found)
    })
    child.once('exit', () => reject(new Error(`Chromium did not start: ${stderr}`)))
  })
  const socket = new WebSocket(address)
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve)
    socket.addEventListener('error', reject)
  })
  const pending = new Map()
  const listeners = new Map()
  let calls = 0
  socket.addEventListener('message', ({ data }) => {
    const { id, result, error, method, params, sessionId } = JSON.parse(data)
    if (id === undefined) return listeners.get(`${sessionId} ${method}`)?.(params)
    const { resolve, reject } = pending.get(id)
    pending.delete(id)
    if (error) reject(new Error(error.message))
    else resolve(result)
  })
  const send = (method, params = {}, sessionId = undefined) =>
    new Promise((resolve, reject) => {
      pending.set(++calls, { resolve, reject })
      socket.send(JSON.stringify({ id: calls, method, params, sessionId }))
    })

  /** Opens a tab. Returns functions that control it. Not a window: that would start more processes. */
  async function open(url) {
    const { targetId } = await send('Target.createTarget', { url: 'about:blank' })
    const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true })
    const sendToPage = (method, params) => send(method, params, sessionId)
    const on = (method) => new Promise((resolve) => listeners.set(`${sessionId} ${method}`, resolve))
    await sendToPage('Page.enable')
    const loaded = on('Page.loadEventFired')
    await sendToPage('Page.navigate', { url })
    await loaded
    return {
      send: sendToPage,
      on,
      async evaluate(expression) {
        const { result, exceptionDetails } = await sendToPage('Runtime.evaluate', {
          expression,
          awaitPromise: true,
          returnByValue: true,
        })
        if (exceptionDetails)
          throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
        return result.value
      },
      close: () => send('Target.closeTarget', { targetId }),
    }
  }

  /** Records a trace of all threads while `work` runs. */
  async function trace(categories, work) {
    const events = []
    listeners.set('undefined Tracing.dataCollected', ({ value }) => events.push(...value))
    const complete = new Promise((resolve) => listeners.set('undefined Tracing.tracingComplete', resolve))
    await send('Tracing.start', {
      transferMode: 'ReportEvents',
      traceConfig: { includedCategories: categories, excludedCategories: ['*'] },
    })
    const result = await work()
    await send('Tracing.end')
    await complete
    return { result, events }
  }

  return {
    trace,
    version: (await send('Browser.getVersion')).product,
    open,
    async close() {
      await send('Browser.close')
      await exited
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
