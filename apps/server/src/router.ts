import type { IncomingMessage, ServerResponse } from 'node:http'
import type { createApi } from './api.ts'
import type { Log } from './log.ts'
import type { Pages } from './pages.ts'
import { HttpError, replyError } from './reply.ts'
import { isVisitorName } from './visitors.ts'

const maxUrlLength = 2048

export interface Routes {
  api: ReturnType<typeof createApi>
  page: Pages
  isClosing(): boolean
  log: Log
}

/** Creates the request handler. It answers every request and never throws, whatever a client sends. */
export function createRouter({ api, page, isClosing, log }: Routes) {
  return async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    try {
      await route(req, res)
    } catch (error) {
      if (error instanceof HttpError) return replyError(res, error)
      if (req.errored || res.destroyed) return // the client disconnected while it was sending
      log(`${req.method} ${JSON.stringify(req.url)} failed: ${error instanceof Error ? error.stack : error}`)
      replyError(res, new HttpError(500, 'internal', 'The demo server failed. Its log has the details.'))
    }
  }

  function route(req: IncomingMessage, res: ServerResponse): unknown {
    if (req.url?.startsWith('/api')) allowAnyOrigin(res)
    if (isClosing()) {
      throw new HttpError(503, 'closing', 'The server is stopping. Try again in 1 s.', {
        Connection: 'close',
        'Retry-After': '1',
      })
    }
    const { pathname, searchParams: query } = urlOf(req)
    if (pathname !== '/api' && !pathname.startsWith('/api/')) return servePage(req, res)

    const methods = Object.hasOwn(api, pathname) ? api[pathname] : undefined
    if (!methods)
      throw new HttpError(
        404,
        'not_found',
        `${pathname} does not exist. apps/server/README.md lists the endpoints.`,
      )
    if (req.method === 'OPTIONS') return void res.writeHead(204, { Allow: allowed(methods) }).end()
    const handler = Object.hasOwn(methods, req.method ?? '') ? methods[req.method ?? ''] : undefined
    if (!handler) throw methodNotAllowed(req, allowed(methods))
    if (!isVisitorName(query.get('visitor') ?? '')) {
      throw new HttpError(400, 'bad_visitor', '"visitor" must be at most 64 characters long.')
    }
    return handler({ req, res, query })
  }

  function servePage(req: IncomingMessage, res: ServerResponse) {
    if (req.method !== 'GET' && req.method !== 'HEAD') throw methodNotAllowed(req, 'GET, HEAD')
    page(req, res)
  }
}

function urlOf({ url = '/', headers: { host = '' } }: IncomingMessage): URL {
  if (url.length > maxUrlLength) {
    throw new HttpError(414, 'url_too_long', `The address is longer than ${maxUrlLength} characters.`)
  }
  const base = `http://${host}`
  const parsed = URL.canParse(url, base) ? new URL(url, base) : undefined
  if (!parsed || parsed.username !== '' || parsed.password !== '') {
    throw new HttpError(400, 'bad_url', 'The address or the Host header is not valid.')
  }
  return parsed
}

/** Sets the CORS headers: the page may come from another origin, such as a development server. */
function allowAnyOrigin(res: ServerResponse) {
  res.setHeader('Access-Control-Allow-Origin', '*')
  res.setHeader('Access-Control-Allow-Methods', 'GET, POST')
  res.setHeader('Access-Control-Allow-Headers', 'Authorization, Cache-Control, Content-Type, Last-Event-ID')
  res.setHeader('Access-Control-Expose-Headers', 'Retry-After, SSE-Resume')
  res.setHeader('Access-Control-Max-Age', '600')
}

function allowed(methods: object): string {
  return [...Object.keys(methods), 'OPTIONS'].join(', ')
}

function methodNotAllowed({ method }: IncomingMessage, allow: string): HttpError {
  return new HttpError(405, 'method_not_allowed', `${method} is not supported here. Use ${allow}.`, {
    Allow: allow,
  })
}
