import type { IncomingMessage, ServerResponse } from 'node:http'
import { readObject } from './body.ts'
import { answerChat } from './chat.ts'
import { lastEventIdOf } from './last-event-id.ts'
import type { Log } from './log.ts'
import { isNewsLanguage, type News } from './news.ts'
import type { Feed } from './feed.ts'
import { Refusal, reply } from './reply.ts'
import type { Streams } from './streams.ts'
import type { Tokens } from './token.ts'
import {
  describe,
  nameOf,
  noteRequest,
  streamKinds,
  type StreamKind,
  type Visitor,
  type Visitors,
} from './visitors.ts'
import { makeWeather, refuseInBadWeather } from './weather.ts'

export interface Api {
  ticker: Feed
  market: Feed
  news: News
  streams: Streams
  visitors: Visitors
  tokens: Tokens
  chatTokenMs: number
  log: Log
}

type Answer = (call: { req: IncomingMessage; res: ServerResponse; query: URLSearchParams }) => unknown

/** What answers each path under /api, by method. */
export function createApi(api: Api): Record<string, Record<string, Answer>> {
  const { ticker, market, news, streams, visitors, tokens, chatTokenMs, log } = api

  function admit(query: URLSearchParams): Visitor {
    const visitor = visitors.admit(query.get('visitor') ?? '')
    if (visitor) return visitor
    throw new Refusal(503, 'too_many_visitors', 'Too many visitors have open streams. Try again later.', {
      'Retry-After': '5',
    })
  }

  function admitStream(kind: StreamKind, req: IncomingMessage, query: URLSearchParams): Visitor {
    const visitor = admit(query)
    noteRequest(visitor, kind, lastEventIdOf(req))
    try {
      refuseInBadWeather(visitor)
      if (streams.isFull()) {
        throw new Refusal(503, 'too_many_streams', 'Too many streams are open. Try again later.', {
          'Retry-After': '5',
        })
      }
    } catch (refusal) {
      visitor.answered503[kind]++
      log(`${kind} ${nameOf(visitor)} refused with 503`)
      throw refusal
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
        if (!isNewsLanguage(lang)) throw new Refusal(400, 'bad_language', '"lang" must be "en" or "zh".')
        return news[lang].join(req, res, admitStream('news', req, query))
      },
    },
    '/api/chat': {
      async POST({ req, res, query }) {
        const visitor = admitStream('chat', req, query)
        const objection = tokens.objection(req.headers.authorization)
        if (objection !== undefined) {
          log(`chat ${nameOf(visitor)} refused with 401`)
          throw new Refusal(401, 'invalid_api_key', objection, { 'WWW-Authenticate': 'Bearer' })
        }
        const body = await readObject(req)
        // One that can be resumed lasts as long as its token: what is missing comes to the next one, after a fresh token.
        const resumable = query.has('resumable')
        const expiresAt = resumable ? tokens.expiry(req.headers.authorization) : Infinity
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
        const asked = Number(query.get('forMs') ?? tokens.expiresInMs)
        if (!(asked > 0))
          throw new Refusal(400, 'bad_duration', '"forMs" must be a number of milliseconds above 0.')
        const expiresInMs = Math.min(asked, tokens.expiresInMs)
        reply(res, 200, { token: tokens.issue(expiresInMs), expiresInMs })
      },
    },
    '/api/weather': {
      async POST({ req, res, query }) {
        const body = await readObject(req)
        const visitor = admit(query)
        const done = makeWeather(body, visitor, streams.of(visitor), log)
        if (done.do === 'clear') for (const feed of [ticker, market, ...Object.values(news)]) feed.turn()
        reply(res, 200, done)
      },
    },
    '/api/stats': {
      GET({ res, query }) {
        const named = query.get('stream')
        const kind = streamKinds.find((each) => each === named)
        if (named !== null && !kind) {
          throw new Refusal(400, 'bad_stream', `"stream" must be one of ${streamKinds.join(', ')}.`)
        }
        reply(res, 200, describe(visitors.find(query.get('visitor') ?? ''), kind))
      },
    },
  }
}
