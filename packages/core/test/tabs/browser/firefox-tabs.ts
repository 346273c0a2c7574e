import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, Tab } from './browser.ts'
import { type Processes, startProcesses, type Stopped, stopProcess } from './processes.ts'
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
    (profile) => ['--headless', '--no-remote', '--remote-debugging-port=0', '--profile', profile],
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
  return {
    name: `Firefox ${capabilities['browserVersion']}`,
    insecureOrigin: (port) => `http://tabs.example:${port}`,
    async newTab(url, isWindow) {
      const { context } = await remote.send<{ context: string }>('browsingContext.create', {
        type: isWindow ? 'window' : 'tab',
      })
      const tab = createTab(remote, processes, context)
      await tab.open(url)
      return tab
    },
    async close() {
      remote.close()
      await processes.end()
    },
  }
}

function createTab(remote: Remote, processes: Processes, context: string): Tab {
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
  const stop = () => stopProcess(() => processes.find('-contentproc'), evaluate)
  let stopped: Stopped | undefined
  return {
    evaluate,
    show: () => command('activate'),
    open: (url) => command('navigate', { url, wait: 'none' }),
    reload: () => command('reload', { wait: 'none' }),
    back: () => command('traverseHistory', { delta: -1 }),
    close: () => command('close'),
    crash: async () => void process.kill((await stop()).pid, 'SIGKILL'),
    freeze: () => Promise.reject(new Error('Firefox does not freeze pages')),
    thaw: () => Promise.reject(new Error('Firefox does not freeze pages')),
    async stop() {
      stopped = await stop()
      return stopped.at
    },
    continue: async () => void process.kill(stopped!.pid, 'SIGCONT'),
  }
}
