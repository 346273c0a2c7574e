import type { Feed, Start } from './feed.ts'
import type { RequestHead } from './head.ts'
import { Reader } from './reader.ts'

/** Request of `node:http`, `node:http2`, Express, or `request.raw` of Fastify. */
export interface NodeRequest {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly httpVersionMajor?: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
}

/** Response of `node:http`, `node:http2`, Express, or `reply.raw` of Fastify. */
export interface NodeResponse {
  readonly writableEnded: boolean
  writeHead(status: number, headers: Record<string, string>): unknown
  write(chunk: Uint8Array): boolean
  end(): unknown
  end(chunk: Uint8Array): unknown
  destroy(): unknown
  on(event: 'close' | 'drain' | 'error', listener: () => void): unknown
}

/** Returns the parts of a request that an answer depends on. */
export const nodeHead = ({
  method = 'GET',
  url = '',
  httpVersionMajor,
  headers,
}: NodeRequest): RequestHead => ({
  method,
  url,
  isHttp2: httpVersionMajor === 2,
  header: (name) => headers[name]?.toString(),
})

/** Response to `node:http`. After a write that fills the buffer of the socket, it waits for `drain`. */
export class SocketReader extends Reader {
  readonly #response: NodeResponse

  constructor(feed: Feed, value: unknown, start: Start, response: NodeResponse) {
    super(feed, value, start)
    this.#response = response
    response.on('close', () => this.leave())
    response.on('drain', () => {
      this.ready = true
      this.flush()
    })
    this.ready = true
    this.flush()
  }

  protected write(bytes: Uint8Array): void {
    this.ready = this.#response.write(bytes)
  }

  protected finish(bytes?: Uint8Array): void {
    // A client that does not read would keep the socket open.
    if (!this.ready) this.#response.destroy()
    else if (bytes) this.#response.end(bytes)
    else this.#response.end()
  }

  protected abort(): void {
    this.leave()
    this.#response.destroy()
  }
}
