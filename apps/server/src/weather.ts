import type { Log } from './log.ts'
import { Refusal } from './reply.ts'
import type { Stream } from './streams.ts'
import { nameOf, type Visitor } from './visitors.ts'

const refuseForMs = 5000
const slowForMs = 10_000
const longestMs = 60 * 60 * 1000

/** Misbehaves towards one visitor, as it asked for. Gives what `POST /api/weather` answers. */
export function makeWeather(body: Record<string, unknown>, visitor: Visitor, streams: Stream[], log: Log) {
  const forMs = durationIn(body)
  const now = Date.now()
  const who = nameOf(visitor)
  const cut = (why: string) => {
    for (const stream of streams) stream.cut(why)
  }
  switch (body['do']) {
    case 'drop':
      log(`weather ${who}: drop ${streams.length} streams`)
      cut('dropped, as asked for')
      return { do: 'drop', dropped: streams.length }
    case 'silence':
      visitor.silentUntil = now + (forMs ?? Infinity)
      log(`weather ${who}: silence ${forMs === undefined ? 'until cleared' : `for ${forMs} ms`}`)
      return { do: 'silence', forMs: forMs ?? null }
    case 'refuse':
      visitor.refusedForMs = forMs ?? refuseForMs
      visitor.refusedUntil = now + visitor.refusedForMs
      log(
        `weather ${who}: drop ${streams.length} streams, and refuse new ones for ${visitor.refusedForMs} ms`,
      )
      cut('dropped, to be refused')
      return { do: 'refuse', dropped: streams.length, forMs: visitor.refusedForMs }
    case 'slow':
      visitor.slowUntil = now + (forMs ?? slowForMs)
      log(`weather ${who}: slow for ${forMs ?? slowForMs} ms`)
      return { do: 'slow', forMs: forMs ?? slowForMs }
    case 'clear':
      visitor.silentUntil = 0
      visitor.refusedUntil = 0
      visitor.slowUntil = 0
      log(`weather ${who}: clear`)
      return { do: 'clear' }
    default:
      throw new Refusal(400, 'bad_weather', '"do" must be "drop", "silence", "refuse", "slow" or "clear".')
  }
}

/** Throws the 503 of a visitor that is being refused. */
export function refuseInBadWeather(visitor: Visitor): void {
  if (Date.now() >= visitor.refusedUntil) return
  const seconds = String(Math.ceil(visitor.refusedForMs / 1000))
  throw new Refusal(503, 'refused', `Refused for a while, as asked for. Try again in ${seconds} s.`, {
    'Retry-After': seconds,
  })
}

function durationIn({ do: what, forMs }: Record<string, unknown>): number | undefined {
  if (forMs === undefined || forMs === null) return undefined
  if (what !== 'silence' && what !== 'refuse' && what !== 'slow') {
    throw new Refusal(400, 'bad_weather', '"forMs" goes with "silence", "refuse" and "slow" only.')
  }
  if (typeof forMs !== 'number' || !(forMs > 0) || forMs > longestMs) {
    throw new Refusal(
      400,
      'bad_weather',
      `"forMs" must be a number of milliseconds above 0, at most ${longestMs}.`,
    )
  }
  return forMs
}
