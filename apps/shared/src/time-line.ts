import type { ConnectionOptions, ConnectionState } from '@headwater/core'

type Step = Parameters<NonNullable<ConnectionOptions['inspect']>>[0]
type Status = ConnectionState['status']

/** One line of the log: an event of the connection, and the state after it. */
export interface LogEntry {
  readonly key: number
  readonly time: string
  /** Type of the event, with the reason if it has one. */
  readonly event: string
  /** Status after the event. */
  readonly status: Status
  /** The error, if any, and the effects of the event. */
  readonly note: string
}

export interface TimeLine {
  /** The latest entries, newest first. */
  readonly entries: readonly LogEntry[]
  inspect(step: Step): void
  /** Returns the states of the last minute as a CSS gradient. */
  strip(): string
}

const windowMs = 60_000
const maxEntries = 11

/** Creates the recorder of a connection's steps: a strip of colours and a log. */
export function createTimeLine(): TimeLine {
  let entries: readonly LogEntry[] = []
  let spans: { status: Status; from: number }[] = []
  let steps = 0
  return {
    get entries() {
      return entries
    },
    inspect(step) {
      const { event, after } = step
      if (!isLogged(step)) return
      const { status } = after.state
      if (spans.at(-1)?.status !== status) spans.push({ status, from: event.now })
      if (spans.length > 200) spans = spans.slice(-100)
      const entry: LogEntry = {
        key: ++steps,
        time: new Date(event.now).toLocaleTimeString('en-GB'),
        event: 'reason' in event ? `${event.type}: ${event.reason}` : event.type,
        status,
        note: noteOf(step),
      }
      entries = [entry, ...entries].slice(0, maxEntries)
    },
    strip() {
      const end = Date.now()
      const position = (at: number) => `${Math.max(0, 100 - (100 * (end - at)) / windowMs).toFixed(2)}%`
      const stops = spans.flatMap(({ status, from }, index) => {
        const until = spans[index + 1]?.from ?? end
        return end - until > windowMs ? [] : [`var(--strip-${status}) ${position(from)} ${position(until)}`]
      })
      return `linear-gradient(90deg, transparent 0 ${position(spans[0]?.from ?? end)}, ${stops.join(', ') || 'transparent'})`
    },
  }
}

/** Returns false for steps without news: chunks without a hint, which come by the hundred, and timers that change no status. */
function isLogged({ event, before, after, hint }: Step): boolean {
  if (event.type === 'received') return hint !== undefined
  return event.type !== 'timer-fired' || before.state.status !== after.state.status
}

function noteOf({ event, after, effects, hint }: Step): string {
  const error = event.type === 'attempt-failed' ? event.error : undefined
  const effectNames = effects.map((effect) =>
    effect.type === 'set-timer' && after.state.status === 'waiting'
      ? `${effect.type} ${(effect.delayMs / 1000).toFixed(1)} s`
      : effect.type,
  )
  return [error && `${error.code}${error.status ? ` ${error.status}` : ''}`, hint, ...effectNames]
    .filter(Boolean)
    .join(' · ')
}
