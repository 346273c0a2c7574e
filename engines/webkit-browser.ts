import type { Browser, BrowserContext, Page } from 'playwright'
import { type Session, startWebKit } from './webdriver.ts'

// Playwright drives only its own WebKit. This has the few of its methods that our tests use.

type PageFunction = (argument: never) => unknown

/** Starts WebKitGTK. All its contexts share cookies and storage, and a tab runs one script at a time. */
export async function launchWebKit(): Promise<Browser> {
  const session = await startWebKit()
  const browser = {
    version: () => session.version,
    newPage: () => openTab(session),
    async newContext() {
      const pages: Page[] = []
      return {
        async newPage() {
          const page = await openTab(session)
          pages.push(page)
          return page
        },
        async close() {
          for (const page of pages) await page.close()
        },
      } as unknown as BrowserContext
    },
    close: async () => session.close(),
  }
  return browser as unknown as Browser
}

async function openTab(session: Session): Promise<Page> {
  // Of the tabs of a window, all but one are hidden.
  const { handle } = await session.send<{ handle: string }>(
    'POST',
    '/window/new',
    { type: 'window' },
    session.firstTab,
  )
  let isClosed = false
  const send = <Value>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object) =>
    session.send<Value>(method, path, body, handle)

  async function evaluate(pageFunction: PageFunction | string, argument?: unknown): Promise<unknown> {
    const script = `const [argument, done] = arguments
      ;(async () => (${String(pageFunction)})(argument))().then(
        (value) => done({ value }),
        (error) => done({ error: error.name + ': ' + error.message }),
      )`
    const { value, error } = await send<{ value: unknown; error?: string }>('POST', '/execute/async', {
      script,
      args: [argument ?? null],
    })
    if (error !== undefined) throw new Error(error)
    return value
  }

  const page = {
    evaluate,
    goto: (url: string) => send('POST', '/url', { url }),
    goBack: () => send('POST', '/back', {}),
    reload: () => send('POST', '/refresh', {}),
    async waitForFunction(pageFunction: PageFunction, argument?: unknown) {
      for (const end = Date.now() + 30_000; ;) {
        // The page may be loading.
        const value = await evaluate(pageFunction, argument).catch(() => undefined)
        if (value) return value
        if (Date.now() > end) throw new Error(`Waited 30 s for ${String(pageFunction)}.`)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
    async close() {
      if (isClosed) return
      isClosed = true
      await send('DELETE', '/window')
    },
  }
  return page as unknown as Page
}
