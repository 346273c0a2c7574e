import type { Log } from './log.ts'
import { HttpError } from './reply.ts'
import type { Stream } from './streams.ts'
import { labelOf, type Visitor } from './visitors.ts'

/** A fault that a visitor injects into its own streams. */
export interface Weather {
  readonly do: 'drop' | 'silence' | 'refuse' | 'slow' | 'clear'
  /** `null`: until it is cleared. */
  readonly forMs: number | null
}

const defaults = { drop: null, silence: null, refuse: 5_000, slow: 10_000, clear: null } as const
const maxDurationMs = 60 * 60 * 1000

const rejected = (message: string) => new HttpError(400, 'bad_weather', message)

/** Checks the body of a weather request. */
export function parseWeather({ do: action, forMs }: Record<string, unknown>): Weather {
  if (typeof action !== 'string' || !Object.hasOwn(defaults, action))
    throw rejected('"do" must be "drop", "silence", "refuse", "slow" or "clear".')
  const name = action as Weather['do']
  if (forMs === undefined || forMs === null) return { do: name, forMs: defaults[name] }
  if (name === 'drop' || name === 'clear')
    throw rejected('"forMs" only goes with "silence", "refuse" and "slow". Leave it out.')
  if (typeof forMs !== 'number' || !(forMs > 0) || forMs > maxDurationMs)
    throw rejected(`"forMs" must be a number of milliseconds above 0, at most ${maxDurationMs}.`)
  return { do: name, forMs }
}

/** Injects a fault into the streams of a visitor in this process. Returns the number of dropped streams. */
export function applyWeather(weather: Weather, visitor: Visitor, streams: Stream[], log: Log): number {
  const until = Date.now() + (weather.forMs ?? Infinity)
  const dropped = weather.do === 'drop' || weather.do === 'refuse' ? streams : []
  for (const stream of dropped) stream.cut('dropped by a weather request')
  if (weather.do === 'silence') visitor.silentUntil = until
  if (weather.do === 'slow') visitor.slowUntil = until
  if (weather.do === 'refuse') {
    visitor.refusedUntil = until
    visitor.refusedForMs = weather.forMs ?? 0
  }
  if (weather.do === 'clear') visitor.silentUntil = visitor.refusedUntil = visitor.slowUntil = 0
  const duration = weather.forMs === null ? '' : ` for ${weather.forMs} ms`
  log(`weather ${labelOf(visitor)}: ${weather.do}${duration}, ${dropped.length} streams dropped`)
  return dropped.length
}

/** Throws a 503 with `Retry-After` while the visitor's streams are refused. */
export function throwIfRefused(visitor: Visitor): void {
  if (Date.now() >= visitor.refusedUntil) return
  const seconds = String(Math.ceil(visitor.refusedForMs / 1000))
  throw new HttpError(503, 'refused', `A weather request refuses streams. Try again in ${seconds} s.`, {
    'Retry-After': seconds,
  })
}
