import { existsSync } from 'node:fs'
import { chromium } from 'playwright'
import type { Browser, Tab } from './browser.ts'
import { type Processes, startProcesses, type Stopped, stopProcess } from './processes.ts'
import { connect, type Remote } from './remote.ts'

const system = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium'

/** Starts Chromium as a user has it: tabs of one window, of which one is visible; throttling; the back-forward cache. */
export async function startChromium(...args: readonly string[]): Promise<Browser> {
  const processes = await startProcesses(
    existsSync(system) ? system : chromium.executablePath(),
    (profile) => [
      ...['--headless', '--remote-debugging-port=0', `--user-data-dir=${profile}`, '--no-sandbox'],
      ...['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
      ...[
        '--disable-component-update',
        '--disable-sync',
        // A name that is not that of the local host, for an insecure origin.
        '--host-resolver-rules=MAP tabs.example 127.0.0.1',
        ...args,
        'about:blank',
      ],
    ],
  )
  const remote = await connect(processes.url)
  const { product } = await remote.send<{ product: string }>('Browser.getVersion')
  return {
    name: product,
    insecureOrigin: (port) => `http://tabs.example:${port}`,
    async newTab(url, isWindow = false) {
      const { targetId } = await remote.send<{ targetId: string }>('Target.createTarget', {
        url: 'about:blank',
        newWindow: isWindow,
      })
      const { sessionId } = await remote.send<{ sessionId: string }>('Target.attachToTarget', {
        targetId,
        flatten: true,
      })
      const tab = createTab(remote, processes, targetId, sessionId)
      await tab.open(url)
      return tab
    },
    async close() {
      remote.close()
      await processes.end()
    },
  }
}

function createTab(remote: Remote, processes: Processes, targetId: string, sessionId: string): Tab {
  const send = <Result>(method: string, params?: object) => remote.send<Result>(method, params, sessionId)
  const evaluate = async <Result>(expression: string) => {
    const { result, exceptionDetails } = await send<{
      result: { value: Result }
      exceptionDetails?: { text: string; exception?: { description: string } }
    }>('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true })
    if (exceptionDetails)
      throw new Error(`${expression}: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`)
    return result.value
  }
  let stopped: Stopped | undefined
  return {
    evaluate,
    show: () => remote.send('Target.activateTarget', { targetId }),
    open: (url) => send('Page.navigate', { url }),
    reload: () => send('Page.reload'),
    back: () => evaluate('history.back()'),
    close: () => remote.send('Target.closeTarget', { targetId }),
    async crash() {
      await send('Inspector.enable')
      const crashed = remote.event('Inspector.targetCrashed', sessionId)
      // A page that crashes does not answer.
      send('Page.crash').catch(() => undefined)
      await crashed
    },
    freeze: () => send('Page.setWebLifecycleState', { state: 'frozen' }),
    thaw: () => send('Page.setWebLifecycleState', { state: 'active' }),
    async stop() {
      stopped = await stopProcess(() => processes.find('--type=renderer'), evaluate)
      return stopped.at
    },
    continue: async () => void process.kill(stopped!.pid, 'SIGCONT'),
  }
}
