import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, Tab } from './browser.ts'
import { startProcesses } from './processes.ts'
import { connect, type Remote } from './remote.ts'

/** Path of Firefox, which may not be installed. */
export const firefox = process.env['FIREFOX_PATH'] || '/usr/bin/firefox-esr'

const preferences = {
  // A process for each tab, so that one can be stopped or killed. By default, four pages of an origin share one.
  'dom.ipc.processCount.webIsolated': 40,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.page': 0,
  'datareporting.policy.dataSubmissionEnabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  // A name that is not that of the local host, for an insecure origin.
  'network.dns.localDomains': 'tabs.example',
  'remote.prefs.recommended': false,
  'browser.tabs.unloadOnLowMemory': false,
}

/** Starts Firefox with WebDriver BiDi. */
export async function startFirefox(): Promise<Browser> {
  const processes = await startProcesses(
    firefox,
    (profile) => [
      ...['--headless', '--no-remote', '--remote-debugging-port=0', '--profile', profile],
      // Scripts may run in the browser's own window, which knows the process of each page.
      '--remote-allow-system-access',
    ],
    (profile) =>
      writeFile(
        join(profile, 'user.js'),
        Object.entries(preferences)
          .map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});`)
          .join('\n'),
      ),
  )
  const remote = await connect(`${processes.url}/session`)
  const { capabilities } = await remote.send<{ capabilities: Record<string, string> }>('session.new', {
    capabilities: {},
  })
  const { contexts } = await remote.send<{ contexts: { context: string }[] }>('browsingContext.getTree', {
    'moz:scope': 'chrome',
    maxDepth: 0,
  })
  const window = contexts[0]!.context
  return {
    name: `Firefox ${capabilities['browserVersion']}`,
    insecureOrigin: (port) => `http://tabs.example:${port}`,
    async newTab(url, isWindow) {
      const { context } = await remote.send<{ context: string }>('browsingContext.create', {
        type: isWindow ? 'window' : 'tab',
      })
      const tab = createTab(remote, window, context)
      await tab.open(url)
      return tab
    },
    async close() {
      remote.close()
      await processes.end()
    },
  }
}

function createTab(remote: Remote, window: string, context: string): Tab {
  const evaluate = async <Result>(expression: string) => {
    const answer = await remote.send<{
      result: { value: string }
      exceptionDetails?: { text: string }
    }>('script.evaluate', {
      // Of the values that BiDi has, a text is the simplest.
      expression: `Promise.resolve(eval(${JSON.stringify(expression)})).then((value) => JSON.stringify({ value }))`,
      target: { context },
      awaitPromise: true,
    })
    if (answer.exceptionDetails) throw new Error(`${expression}: ${answer.exceptionDetails.text}`)
    return (JSON.parse(answer.result.value) as { value: Result }).value
  }
  const command = async (method: string, params?: object) =>
    void (await remote.send(`browsingContext.${method}`, { context, ...params }))
  const findProcess = async () => {
    const manager = 'chrome://remote/content/shared/NavigableManager.sys.mjs'
    const { result } = await remote.send<{ result: { value: number } }>('script.evaluate', {
      expression: `ChromeUtils.importESModule('${manager}').NavigableManager.getBrowsingContextById('${context}').currentWindowGlobal.osPid`,
      target: { context: window },
      awaitPromise: false,
    })
    return result.value
  }
  let stopped: number | undefined
  return {
    evaluate,
    show: () => command('activate'),
    open: (url) => command('navigate', { url, wait: 'none' }),
    reload: () => command('reload', { wait: 'none' }),
    back: () => command('traverseHistory', { delta: -1 }),
    close: () => command('close'),
    crash: async () => void process.kill(await findProcess(), 'SIGKILL'),
    freeze: () => Promise.reject(new Error('Firefox does not freeze pages')),
    thaw: () => Promise.reject(new Error('Firefox does not freeze pages')),
    async stop() {
      stopped = await findProcess()
      process.kill(stopped, 'SIGSTOP')
      return Date.now()
    },
    continue: async () => void process.kill(stopped!, 'SIGCONT'),
  }
}
