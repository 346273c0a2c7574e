import { memoryLog } from '@headwater/server'
import { onTestFinished } from 'vitest'
import type { Storage } from '../src/channels.ts'
import { startDemoServer, type DemoServerOptions } from '../src/server.ts'

/** Starts a server that is closed at the end of the test. Also returns the lines that it logged. */
export async function serverForTest(options: DemoServerOptions = {}) {
  const lines: string[] = []
  const waiting = new Set<() => void>()
  const log = (line: string) => {
    lines.push(line)
    for (const check of waiting) check()
  }
  const server = await startDemoServer({ log, ...options })
  onTestFinished(() => server.close())

  /** Resolves with the first logged line that matches, past or future. */
  function logged(pattern: RegExp): Promise<string> {
    return new Promise((resolve) => {
      const check = () => {
        const line = lines.find((each) => pattern.test(each))
        if (line === undefined) return
        waiting.delete(check)
        resolve(line)
      }
      waiting.add(check)
      check()
    })
  }

  return { ...server, lines, logged }
}

/** Creates storage whose logs begin with 32 MB of messages, which is more than the operating system buffers for a socket. */
export function fullStorage(): Storage {
  const story = { event: 'story', data: JSON.stringify('x'.repeat(64 * 1024)) }
  return () => {
    const log = memoryLog({ maxMessages: 1000, maxLength: 1e8 })
    // Appended at once: the promise needs not be awaited.
    void log.append(Array.from({ length: 500 }, () => story))
    return log
  }
}
