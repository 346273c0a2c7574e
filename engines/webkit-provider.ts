import { defineBrowserProvider } from '@vitest/browser'
import type { BrowserProviderOption } from 'vitest/node'
import { type Session, startWebKit } from './webdriver.ts'

/** Returns a provider that runs tests in WebKitGTK. It only opens their page: Vitest's commands that click or type are missing. */
export function webkit(): BrowserProviderOption {
  return defineBrowserProvider({
    name: 'webkit',
    providerFactory(project) {
      // The size of the window stays as it is.
      project.browser!.registerCommand('__vitest_viewport' as never, () => undefined as never)
      let session: Promise<Session> | undefined
      return {
        name: 'webkit',
        supportsParallelism: false,
        getCommandsContext: () => ({}),
        async openPage(_, url) {
          session ??= startWebKit()
          await (await session).send('POST', '/url', { url })
        },
        async close() {
          ;(await session)?.close()
        },
      }
    },
  })
}
