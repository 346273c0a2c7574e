import type { Log } from './log.ts'
import { HttpError } from './reply.ts'
import type { Stream } from './streams.ts'
import { labelOf, type Visitor } from './visitors.ts'

const defaultRefuseMs = 5000
const defaultSlowMs = 10_000
const maxDurationMs = 60 * 60 * 1000

/** Injects the fault that a visitor asked for into its own streams. Returns the body of the response. */
export function applyWeather(body: Record<string, unknown>, visitor: Visitor, streams: Stream[], log: Log) {
  const forMs = durationIn(body)
  const now = Date.now()
  const label = labelOf(visitor)
  const cutAll = (reason: string) => {
    for (const stream of streams) stream.cut(reason)
  }
  switch (body['do']) {
    case 'drop':
      log(`weather ${label}: drop ${streams.length} streams`)
      cutAll('dropped by a weather request')
      return { do: 'drop', dropped: streams.length }
    case 'silence':
      visitor.silentUntil = now + (forMs ?? Infinity)
      log(`weather ${label}: silence ${forMs === undefined ? 'until cleared' : `for ${forMs} ms`}`)
      return { do: 'silence', forMs: forMs ?? null }
    case 'refuse':
      visitor.refusedForMs = forMs ?? defaultRefuseMs
      visitor.refusedUntil = now + visitor.refusedForMs
      log(
        `weather ${label}: drop ${streams.length} streams and refuse new ones for ${visitor.refusedForMs} ms`,
      )
      cutAll('dropped by a weather request, new streams are refused')
      return { do: 'refuse', dropped: streams.length, forMs: visitor.refusedForMs }
    case 'slow':
      visitor.slowUntil = now + (forMs ?? defaultSlowMs)
      log(`weather ${label}: slow for ${forMs ?? defaultSlowMs} ms`)
      return { do: 'slow', forMs: forMs ?? defaultSlowMs }
    case 'clear':
      visitor.silentUntil = 0
      visitor.refusedUntil = 0
      visitor.slowUntil = 0
      log(`weather ${label}: clear`)
      return { do: 'clear' }
    default:
      throw new HttpError(400, 'bad_weather', '"do" must be "drop", "silence", "refuse", "slow" or "clear".')
  }
}

/** Throws a 503 with `Retry-After` while the visitor's streams are refused. */
export function throwIfRefused(visitor: Visitor): void {
  if (Date.now() >= visitor.refusedUntil) return
  const seconds = String(Math.ceil(visitor.refusedForMs / 1000))
  throw new HttpError(503, 'refused', `A weather request refuses streams. Try again in ${seconds} s.`, {
    'Retry-After': seconds,
  })
}

function durationIn({ do: action, forMs }: Record<string, unknown>): number | undefined {
  if (forMs === undefined || forMs === null) return undefined
  if (action !== 'silence' && action !== 'refuse' && action !== 'slow') {
    throw new HttpError(
      400,
      'bad_weather',
      '"forMs" only goes with "silence", "refuse" and "slow". Leave it out.',
    )
  }
  if (typeof forMs !== 'number' || !(forMs > 0) || forMs > maxDurationMs) {
    throw new HttpError(
      400,
      'bad_weather',
      `"forMs" must be a number of milliseconds above 0, at most ${maxDurationMs}.`,
    )
  }
  return forMs
}
