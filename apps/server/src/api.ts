import type { IncomingMessage, ServerResponse } from 'node:http'
import { readObject } from './body.ts'
import { answerChat } from './chat.ts'
import type { Feed } from './feed.ts'
import { lastEventIdOf } from './last-event-id.ts'
import type { Log } from './log.ts'
import { isNewsLanguage, type News } from './news.ts'
import { HttpError, reply } from './reply.ts'
import type { Streams } from './streams.ts'
import type { Tokens } from './token.ts'
import {
  labelOf,
  recordRequest,
  statsOf,
  streamKinds,
  type StreamKind,
  type Visitor,
  type Visitors,
} from './visitors.ts'
import { applyWeather, throwIfRefused } from './weather.ts'

export interface ApiContext {
  ticker: Feed
  market: Feed
  news: News
  streams: Streams
  visitors: Visitors
  tokens: Tokens
  chatTokenMs: number
  log: Log
}

type Handler = (call: { req: IncomingMessage; res: ServerResponse; query: URLSearchParams }) => unknown

/** Creates the handlers of the paths under /api, by path and method. */
export function createApi(context: ApiContext): Record<string, Record<string, Handler>> {
  const { ticker, market, news, streams, visitors, tokens, chatTokenMs, log } = context

  function visitorOf(query: URLSearchParams): Visitor {
    const visitor = visitors.getOrCreate(query.get('visitor') ?? '')
    if (visitor) return visitor
    throw new HttpError(503, 'too_many_visitors', 'Too many visitors have open streams. Try again in 5 s.', {
      'Retry-After': '5',
    })
  }

  function admitStream(kind: StreamKind, req: IncomingMessage, query: URLSearchParams): Visitor {
    const visitor = visitorOf(query)
    recordRequest(visitor, kind, lastEventIdOf(req))
    try {
      throwIfRefused(visitor)
      if (streams.isFull()) {
        throw new HttpError(503, 'too_many_streams', 'Too many streams are open. Try again in 5 s.', {
          'Retry-After': '5',
        })
      }
    } catch (error) {
      visitor.answered503[kind]++
      log(`${kind} ${labelOf(visitor)} refused with 503`)
      throw error
    }
    return visitor
  }

  return {
    '/api/ticker': {
      GET: ({ req, res, query }) => ticker.join(req, res, admitStream('ticker', req, query)),
    },
    '/api/market': {
      GET: ({ req, res, query }) => market.join(req, res, admitStream('market', req, query)),
    },
    '/api/news': {
      GET({ req, res, query }) {
        const lang = query.get('lang') ?? 'en'
        if (!isNewsLanguage(lang)) {
          throw new HttpError(400, 'bad_language', `"lang" must be "en" or "zh", not ${quoted(lang)}.`)
        }
        return news[lang].join(req, res, admitStream('news', req, query))
      },
    },
    '/api/chat': {
      async POST({ req, res, query }) {
        const visitor = admitStream('chat', req, query)
        const rejection = tokens.rejectionOf(req.headers.authorization)
        if (rejection !== undefined) {
          log(`chat ${labelOf(visitor)} refused with 401`)
          throw new HttpError(401, 'invalid_api_key', rejection, { 'WWW-Authenticate': 'Bearer' })
        }
        const body = await readObject(req)
        // A resumable answer ends when its token expires: the client must come back with a new token for the rest.
        const resumable = query.has('resumable')
        const expiresAt = resumable ? tokens.expiryOf(req.headers.authorization) : Infinity
        await answerChat(req, res, body, visitor, {
          tokenMs: chatTokenMs,
          resumable,
          expiresAt,
          streams,
          log,
        })
      },
    },
    '/api/token': {
      POST({ res, query }) {
        const forMs = query.get('forMs')
        const requestedMs = Number(forMs ?? tokens.expiresInMs)
        if (!(requestedMs > 0)) {
          throw new HttpError(
            400,
            'bad_duration',
            `"forMs" must be a number of milliseconds above 0, not ${quoted(forMs)}.`,
          )
        }
        const expiresInMs = Math.min(requestedMs, tokens.expiresInMs)
        reply(res, 200, { token: tokens.issue(expiresInMs), expiresInMs })
      },
    },
    '/api/weather': {
      async POST({ req, res, query }) {
        const body = await readObject(req)
        const visitor = visitorOf(query)
        const result = applyWeather(body, visitor, streams.of(visitor), log)
        if (result.do === 'clear') for (const feed of [ticker, market, ...Object.values(news)]) feed.flush()
        reply(res, 200, result)
      },
    },
    '/api/stats': {
      GET({ res, query }) {
        const name = query.get('stream')
        const kind = streamKinds.find((each) => each === name)
        if (name !== null && !kind) {
          throw new HttpError(
            400,
            'bad_stream',
            `"stream" must be one of ${streamKinds.join(', ')}, not ${quoted(name)}.`,
          )
        }
        reply(res, 200, statsOf(visitors.find(query.get('visitor') ?? ''), kind))
      },
    },
  }
}

/** Quotes a value of the query for an error message, at most 40 characters of it. */
function quoted(value: string | null): string {
  return JSON.stringify(value?.slice(0, 40) ?? '')
}
