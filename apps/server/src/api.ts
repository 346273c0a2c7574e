import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Answers } from '@headwater/server/answers'
import { readObject } from './body.ts'
import { answerIn, createModel, parseQuestion } from './chat.ts'
import type { Channels } from './channels.ts'
import type { Fleet } from './fleet.ts'
import { lastEventIdOf } from './last-event-id.ts'
import type { Log } from './log.ts'
import { isNewsLanguage } from './news.ts'
import { HttpError, reply } from './reply.ts'
import type { Streams } from './streams.ts'
import { marketSymbols } from './symbols.ts'
import type { Tokens } from './token.ts'
import {
  labelOf,
  mergeStats,
  recordRequest,
  streamKinds,
  type StreamKind,
  type Visitor,
  type Visitors,
} from './visitors.ts'
import { parseWeather, throwIfRefused } from './weather.ts'

export interface ApiContext {
  channels: Channels
  answers: Answers
  fleet: Fleet
  streams: Streams
  visitors: Visitors
  tokens: Tokens
  chatTokenMs: number
  log: Log
}

type AnyChannel = Channels['ticker'] | Channels['market'] | Channels['news']['en']
interface Call {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly query: URLSearchParams
}
type Handler = (call: Call) => unknown

/** Creates the handlers of the paths under /api, by path and method. */
export function createApi(context: ApiContext): Record<string, Record<string, Handler>> {
  const { channels, answers, fleet, streams, visitors, tokens, chatTokenMs, log } = context

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

  function authorize(visitor: Visitor, { headers: { authorization } }: IncomingMessage) {
    const rejection = tokens.rejectionOf(authorization)
    if (rejection === undefined) return
    log(`chat ${labelOf(visitor)} refused with 401`)
    throw new HttpError(401, 'invalid_api_key', rejection, { 'WWW-Authenticate': 'Bearer' })
  }

  /** Answers with a channel. A client without an id is first sent the newest messages, `from` of them. */
  function follow(kind: 'ticker' | 'market' | 'news', channel: AnyChannel, from: number, call: Call) {
    const { req, res, query } = call
    const stream = streams.create(kind, admitStream(kind, req, query), res)
    if (kind !== 'news') fleet.want(kind)
    // The channel adds its own.
    const headers = { 'Access-Control-Expose-Headers': 'Retry-After' }
    return channel.handle(req, stream, { from, headers })
  }

  return {
    '/api/ticker': { GET: (call) => follow('ticker', channels.ticker, 1, call) },
    '/api/market': { GET: (call) => follow('market', channels.market, marketSymbols.length, call) },
    '/api/news': {
      GET(call) {
        const lang = call.query.get('lang') ?? 'en'
        if (!isNewsLanguage(lang)) {
          throw new HttpError(400, 'bad_language', `"lang" must be "en" or "zh", not ${quoted(lang)}.`)
        }
        return follow('news', channels.news[lang], 3, call)
      },
    },
    '/api/chat': {
      async POST({ req, res, query }) {
        const answer = answerIn(query)
        const visitor = admitStream('chat', req, query)
        authorize(visitor, req)
        const question = parseQuestion(await readObject(req))
        if (res.destroyed) return
        const stream = streams.create('chat', visitor, res)
        // The response ends when the token expires: the client must come back with a new one for the rest.
        const expiresInMs = tokens.expiryOf(req.headers.authorization) - Date.now()
        if (Number.isFinite(expiresInMs)) {
          const expiry = setTimeout(() => stream.stop('its token has expired'), expiresInMs)
          res.on('close', () => clearTimeout(expiry))
        }
        const run = createModel(question, { answer, visitor, tokenMs: chatTokenMs, log })
        const headers = { 'Access-Control-Expose-Headers': 'Retry-After' }
        await answers.handle(req, stream, answer, { run, headers })
      },
    },
    '/api/chat/stop': {
      async POST({ req, res, query }) {
        authorize(visitorOf(query), req)
        reply(res, 200, { stopped: await answers.stop(answerIn(query)) })
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
        const weather = parseWeather(await readObject(req))
        const answers = await fleet.ask('weather', visitorOf(query).name, weather)
        const dropped = answers.reduce((sum, { result }) => sum + result, 0)
        reply(res, 200, { ...weather, dropped })
      },
    },
    '/api/stats': {
      async GET({ res, query }) {
        const answers = await fleet.ask('stats', query.get('visitor') ?? '', kindIn(query))
        reply(res, 200, mergeStats(answers.map(({ result }) => result)))
      },
    },
    '/api/processes': {
      async GET({ res, query }) {
        const answers = await fleet.ask('openedAt', query.get('visitor') ?? '', kindIn(query) ?? 'market')
        const processes = answers.map(({ process, pid, result }) => ({ process, pid, openedAt: result }))
        reply(res, 200, { size: fleet.size, processes, canKill: fleet.kill !== undefined })
      },
    },
    '/api/kill': {
      async POST({ req, res }) {
        const { process: number } = await readObject(req)
        const answers = await fleet.ask('openedAt', '', 'market')
        const victim = answers.find((answer) => answer.process === number)
        if (!fleet.kill || !victim) {
          const reason = fleet.kill ? 'There is no such process.' : 'Nothing would start this server again.'
          throw new HttpError(404, 'no_process', reason)
        }
        const { kill } = fleet
        // The process may be this one.
        res.on('finish', () => kill(victim.process))
        reply(res, 202, { process: victim.process, pid: victim.pid })
      },
    },
  }
}

/** Returns the kind of stream in the query, `null` if it names none. */
function kindIn(query: URLSearchParams): StreamKind | null {
  const name = query.get('stream')
  if (name === null) return null
  const kind = streamKinds.find((each) => each === name)
  if (kind) return kind
  throw new HttpError(
    400,
    'bad_stream',
    `"stream" must be one of ${streamKinds.join(', ')}, not ${quoted(name)}.`,
  )
}

/** Quotes a value of the query for an error message, at most 40 characters of it. */
function quoted(value: string | null): string {
  return JSON.stringify(value?.slice(0, 40) ?? '')
}
