import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createParser } from '@headwater/core/parser'
import { onTestFinished } from 'vitest'
import type { Channel } from '../src/index.ts'

/** Message, gap or change of the position that a client has seen. */
export interface Block {
  readonly type: string
  readonly data: string
  readonly id: string
}

/** Waits until what does not need time has happened. */
export async function settle(turns = 6): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => void setImmediate(resolve))
}

/** Returns the messages of a text, with core's parser. */
export function parse(text: string): Block[] {
  const blocks: Block[] = []
  createParser({ defaultType: '', onMessage: (message) => void blocks.push({ ...message }) }).feed(text)
  return blocks
}

/** Client that reads a body when it is told to. */
export class Client {
  readonly response: Response
  readonly chunks: string[] = []
  done = false
  error: unknown
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  readonly #decoder = new TextDecoder()
  #reading: Promise<void> | undefined

  constructor(response: Response) {
    this.response = response
    this.#reader = response.body!.getReader()
  }

  get text(): string {
    return this.chunks.join('')
  }

  get blocks(): Block[] {
    return parse(this.text)
  }

  /** Events and data. */
  get messages(): string[] {
    return this.blocks.map(({ type, data }) => `${type} ${data}`)
  }

  /** Reads one chunk. */
  read(): Promise<void> {
    return (this.#reading ??= this.#read())
  }

  /** Reads until the condition holds or the response ends. */
  async until(condition: (text: string) => boolean): Promise<this> {
    while (!this.done && !condition(this.text)) await this.read()
    return this
  }

  /** Reads all that is there. */
  async readAll(): Promise<this> {
    for (let before = -1; before !== this.text.length && !this.done;) {
      before = this.text.length
      void this.read()
      await settle()
    }
    return this
  }

  /** Reads until the end of the response. */
  readToEnd(): Promise<this> {
    return this.until(() => false)
  }

  cancel(): Promise<void> {
    return this.#reader.cancel()
  }

  async #read(): Promise<void> {
    try {
      const { done, value } = await this.#reader.read()
      this.done = done
      this.chunks.push(this.#decoder.decode(value, { stream: !done }))
    } catch (error) {
      this.error = error
      this.done = true
    } finally {
      this.#reading = undefined
    }
  }
}

/** Starts a server on loopback for the duration of the test. Returns its URL. */
export async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  await new Promise((resolve) => server.once('listening', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

/** Serves a channel over node:http. Returns its URL, and the requests and responses so far. */
export async function serveChannel(channel: Channel<never>): Promise<{
  url: string
  exchanges: [IncomingMessage, ServerResponse][]
}> {
  const exchanges: [IncomingMessage, ServerResponse][] = []
  const url = await serve((request, response) => {
    exchanges.push([request, response])
    void channel.handle(request, response)
  })
  return { url, exchanges }
}

let count = 0
/** Returns a name that no other channel has. */
export const uniqueName = (): string => `channel ${++count}`

/** Sends a request to a channel, as a fetch server does. */
export const requestTo = (lastEventId?: string, init: RequestInit = {}): Request =>
  new Request('http://localhost/stream', {
    ...init,
    headers: { ...(lastEventId !== undefined && { 'last-event-id': lastEventId }), ...init.headers },
  })

/** Starts a server of fetch handlers on loopback, over real sockets. Returns its URL. */
export const serveFetch = (handler: (request: Request) => Promise<Response>): Promise<string> =>
  serve(async (incoming, outgoing) => {
    const abort = new AbortController()
    outgoing.on('close', () => abort.abort())
    const { method = 'GET', headers, url } = incoming
    const request = new Request(`http://${headers.host}${url}`, {
      method,
      headers: headers as Record<string, string>,
      signal: abort.signal,
    })
    const response = await handler(request)
    outgoing.writeHead(response.status, Object.fromEntries(response.headers))
    const body = response.body?.getReader()
    outgoing.on('close', () => void body?.cancel())
    for (let chunk = await body?.read(); chunk && !chunk.done; chunk = await body!.read())
      if (!outgoing.write(chunk.value)) await new Promise((resolve) => outgoing.once('drain', resolve))
    outgoing.end()
  })

/** Returns a promise, and the function that fulfils it. */
export function createGate(): { opened: Promise<void>; open: () => void } {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}

/** Returns a client of a channel that has read what there is. */
export const connect = async (
  channel: { respond(request: Request, options: never): Promise<Response> },
  options?: object,
  lastEventId?: string,
) => new Client(await channel.respond(requestTo(lastEventId), options as never)).readAll()
