import { onTestFinished } from 'vitest'
import { startDemoServer, type DemoServerOptions } from '../src/server.ts'

/** A server for one test, which is closed at its end, and the lines that it logged. */
export async function serverForTest(options: DemoServerOptions = {}) {
  const lines: string[] = []
  const waiting = new Set<() => void>()
  const log = (line: string) => {
    lines.push(line)
    for (const look of waiting) look()
  }
  const server = await startDemoServer({ log, ...options })
  onTestFinished(() => server.close())

  /** Resolves with the first line, said already or later, that matches. */
  function logged(pattern: RegExp): Promise<string> {
    return new Promise((resolve) => {
      const look = () => {
        const line = lines.find((each) => pattern.test(each))
        if (line === undefined) return
        waiting.delete(look)
        resolve(line)
      }
      waiting.add(look)
      look()
    })
  }

  return { ...server, lines, logged }
}
