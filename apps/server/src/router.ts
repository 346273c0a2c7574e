import type { IncomingMessage, ServerResponse } from 'node:http'
import type { createApi } from './api.ts'
import type { Log } from './log.ts'
import type { Pages } from './pages.ts'
import { Refusal, replyRefusal } from './reply.ts'
import { isVisitorName } from './visitors.ts'

const longestUrl = 2048

export interface Routes {
  api: ReturnType<typeof createApi>
  page: Pages
  isClosing(): boolean
  log: Log
}

/** Answers every request, whatever it is; nothing that a client sends makes it throw. */
export function createRouter({ api, page, isClosing, log }: Routes) {
  return async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    try {
      await route(req, res)
    } catch (problem) {
      if (problem instanceof Refusal) return replyRefusal(res, problem)
      if (req.errored || res.destroyed) return // the client left while it was sending
      log(
        `${req.method} ${JSON.stringify(req.url)} failed: ${problem instanceof Error ? problem.stack : problem}`,
      )
      replyRefusal(
        res,
        new Refusal(500, 'internal', 'Something broke in the demo server; its log says what.'),
      )
    }
  }

  function route(req: IncomingMessage, res: ServerResponse): unknown {
    if (req.url?.startsWith('/api')) allowAnyOrigin(res)
    if (isClosing()) {
      throw new Refusal(503, 'closing', 'The server is stopping.', {
        Connection: 'close',
        'Retry-After': '1',
      })
    }
    const { pathname, searchParams: query } = urlOf(req)
    if (pathname !== '/api' && !pathname.startsWith('/api/')) return servePage(req, res)

    const methods = Object.hasOwn(api, pathname) ? api[pathname] : undefined
    if (!methods)
      throw new Refusal(404, 'not_found', `There is no ${pathname}. The README lists what there is.`)
    if (req.method === 'OPTIONS') return void res.writeHead(204, { Allow: allowed(methods) }).end()
    const answer = Object.hasOwn(methods, req.method ?? '') ? methods[req.method ?? ''] : undefined
    if (!answer) throw notAllowed(req, allowed(methods))
    if (!isVisitorName(query.get('visitor') ?? '')) {
      throw new Refusal(400, 'bad_visitor', '"visitor" must have at most 64 characters.')
    }
    return answer({ req, res, query })
  }

  function servePage(req: IncomingMessage, res: ServerResponse) {
    if (req.method !== 'GET' && req.method !== 'HEAD') throw notAllowed(req, 'GET, HEAD')
    page(req, res)
  }
}

// better-sse builds a URL and a Request of what comes here, and throws where that is impossible.
function urlOf({ url = '/', headers: { host = '' } }: IncomingMessage): URL {
  if (url.length > longestUrl) {
    throw new Refusal(414, 'url_too_long', `The address is longer than ${longestUrl} characters.`)
  }
  const base = `http://${host}`
  const parsed = URL.canParse(url, base) ? new URL(url, base) : undefined
  if (!parsed || parsed.username !== '' || parsed.password !== '') {
    throw new Refusal(400, 'bad_url', 'The address or the Host header is not valid.')
  }
  return parsed
}

/** The page may come from another origin, such as a development server. */
function allowAnyOrigin(res: ServerResponse) {
  res.setHeader('Access-Control-Allow-Origin', '*')
  res.setHeader('Access-Control-Allow-Methods', 'GET, POST')
  res.setHeader('Access-Control-Allow-Headers', 'Authorization, Cache-Control, Content-Type, Last-Event-ID')
  res.setHeader('Access-Control-Expose-Headers', 'Retry-After')
  res.setHeader('Access-Control-Max-Age', '600')
}

function allowed(methods: object): string {
  return [...Object.keys(methods), 'OPTIONS'].join(', ')
}

function notAllowed({ method }: IncomingMessage, allow: string): Refusal {
  return new Refusal(405, 'method_not_allowed', `${method} is not possible here. Use ${allow}.`, {
    Allow: allow,
  })
}
