// The readers of the load test, in a process of its own. Some of them never read. Ends with its parent.
import { connect } from 'node:net'

/** Command for the process. It answers each one. */
export type ClientTask =
  | { readonly task: 'connect'; readonly port: number; readonly readers: number; readonly stalled: number }
  | { readonly task: 'follow'; readonly port: number }
  | { readonly task: 'returns' }

/** Return of a reader: when, and the delay that it was told. */
export interface Return {
  readonly at: number
  readonly retryMs: number
}

/** Memory that all sockets share, because what they read is looked at at once. */
const buffer = Buffer.allocUnsafe(256 * 1024)
/** Server to which the readers return when their response ends. */
let nextPort: number | undefined
const returns: Return[] = []

async function open(port: number, isStalled: boolean, toldMs?: number): Promise<void> {
  let retryMs: number | undefined
  const socket = connect({
    port,
    host: '127.0.0.1',
    ...(!isStalled && {
      onread: {
        buffer,
        callback: (length: number) => {
          if (nextPort !== undefined) {
            const retry = /retry: (\d+)\n(?![^]*retry)/.exec(buffer.toString('latin1', 0, length))
            if (retry) retryMs = Number(retry[1])
          }
          return true
        },
      },
    }),
  })
  if (isStalled) socket.pause()
  socket.on('error', () => undefined)
  socket.on('end', () => {
    if (nextPort !== undefined && retryMs !== undefined) setTimeout(open, retryMs, nextPort, false, retryMs)
    socket.destroy()
  })
  await new Promise((resolve) => void socket.once('connect', resolve))
  if (toldMs !== undefined) returns.push({ at: performance.now(), retryMs: toldMs })
  socket.write(`GET / HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nconnection: close\r\n\r\n`)
}

async function run(task: ClientTask): Promise<unknown> {
  if (task.task === 'returns') return returns
  if (task.task === 'follow') return void (nextPort = task.port)
  for (let index = 0; index < task.readers; index++) await open(task.port, index < task.stalled)
  return undefined
}

process.on('message', async (task: ClientTask) => process.send!((await run(task)) ?? null))
process.on('disconnect', () => process.exit())
process.send!('ready')
