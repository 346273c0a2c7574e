import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import type { Readable } from 'node:stream'

// Debian's WebKitGTK with its driver. It needs a screen, so Xvfb makes one.
const DRIVER = '/usr/bin/WebKitWebDriver'
const SCREEN = '/usr/bin/Xvfb'
const [BROWSER] = globSync('/usr/lib/*/webkit2gtk-4.*/MiniBrowser')

/** Reason for which WebKit cannot be started here; `undefined` if it can. */
export const webkitIsMissing: string | undefined =
  BROWSER && [DRIVER, SCREEN].every((path) => existsSync(path))
    ? undefined
    : 'WebKitGTK is not installed. Run apt-get install webkit2gtk-driver xvfb on Debian.'

/** A session of WebKitWebDriver: one browser. It runs one command at a time. */
export interface Session {
  readonly version: string
  /** The tab that the browser starts with. */
  readonly firstTab: string
  /** Sends a command to a tab, by default to the one of the last command. Resolves with its value. */
  send<Value>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object, tab?: string): Promise<Value>
  close(): void
}

/** Starts WebKit. It ends with this process, at the latest. */
export async function startWebKit(): Promise<Session> {
  if (webkitIsMissing) throw new Error(webkitIsMissing)
  const children: ChildProcess[] = []
  // Each child leads a group, which also has the processes that it has started.
  const stop = () => children.forEach(({ pid }) => pid && process.kill(-pid, 'SIGKILL'))
  process.once('exit', stop)
  try {
    const display = await startScreen(children)
    const origin = await startDriver(children, display)
    return await openSession(origin, () => {
      process.off('exit', stop)
      stop()
    })
  } catch (error) {
    stop()
    throw error
  }
}

/** Starts Xvfb on a free display. Returns the number of the display. */
async function startScreen(children: ChildProcess[]): Promise<string> {
  const args = ['-displayfd', '3', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp']
  const child = spawn(SCREEN, args, {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    detached: true,
  })
  children.push(child)
  const output = child.stdio[3] as Readable
  const display = await new Promise<string>((resolve, reject) => {
    let text = ''
    // The number and the end of its line may come apart. To close the pipe between them would end Xvfb.
    output.on('data', (data) => {
      text += String(data)
      if (text.endsWith('\n')) resolve(text.trim())
    })
    child.once('exit', (code) => reject(new Error(`Xvfb ended with code ${code}.`)))
  })
  unref(child, output)
  return display
}

/** Starts the driver on a free port, and waits until it answers. */
async function startDriver(children: ChildProcess[], display: string): Promise<string> {
  const port = await findFreePort()
  const child = spawn(DRIVER, [`--port=${port}`], {
    stdio: 'ignore',
    detached: true,
    env: {
      ...process.env,
      DISPLAY: `:${display}`,
      // With the locale C, navigator.language is "C", which Intl rejects.
      LANG: 'en_US.UTF-8',
      LANGUAGE: 'en',
      // The sandbox does not start for root.
      ...(process.getuid?.() === 0 && { WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1' }),
    },
  })
  children.push(child)
  unref(child)
  const origin = `http://127.0.0.1:${port}`
  for (const end = Date.now() + 10_000; ;) {
    const isReady = await fetch(`${origin}/status`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isReady) return origin
    if (Date.now() > end) throw new Error('WebKitWebDriver does not answer after 10 s.')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Lets this process end although a child still runs. */
function unref(child: ChildProcess, output?: Readable): void {
  child.unref()
  output?.destroy()
}

async function findFreePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** [spec] WebDriver, 8: sessions. */
async function openSession(origin: string, stop: () => void): Promise<Session> {
  const call = async <Value>(method: string, path: string, body?: object): Promise<Value> => {
    const response = await fetch(`${origin}/session${path}`, {
      method,
      ...(body && { body: JSON.stringify(body) }),
    })
    const { value } = (await response.json()) as { value: Value & { error?: string; message?: string } }
    if (!response.ok) throw new Error(`WebKit: ${method} ${path}: ${value.error}: ${value.message}`)
    return value
  }
  const options = { 'webkitgtk:browserOptions': { binary: BROWSER, args: ['--automation'] } }
  const { sessionId, capabilities } = await call<{
    sessionId: string
    capabilities: { browserVersion: string }
  }>('POST', '', { capabilities: { alwaysMatch: options } })
  await call('POST', `/${sessionId}/timeouts`, { script: 600_000, pageLoad: 60_000 })

  const firstTab = await call<string>('GET', `/${sessionId}/window`)
  let current: string | undefined
  let queue: Promise<unknown> = Promise.resolve()
  return {
    version: capabilities.browserVersion,
    firstTab,
    send(method, path, body, tab) {
      const result = queue.then(async () => {
        if (tab && tab !== current) await call('POST', `/${sessionId}/window`, { handle: tab })
        current = tab ?? current
        return call<never>(method, `/${sessionId}${path}`, body)
      })
      queue = result.catch(() => undefined)
      return result
    },
    close: stop,
  }
}
