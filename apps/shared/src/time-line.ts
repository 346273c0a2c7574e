import type { ConnectionOptions, ConnectionState } from '@headwater/core'

type Step = Parameters<NonNullable<ConnectionOptions['inspect']>>[0]
type Status = ConnectionState['status']

/** One step of the machine that is worth a line. */
export interface LogEntry {
  readonly key: number
  readonly time: string
  /** What the machine was told. */
  readonly input: string
  /** Where it went. */
  readonly status: Status
  /** Why, and what it asked for. */
  readonly note: string
}

export interface TimeLine {
  /** The last steps, the newest first. */
  readonly entries: readonly LogEntry[]
  inspect(step: Step): void
  /** The states of the last minute as a CSS gradient. */
  strip(): string
}

const spanMs = 60_000
const shown = 11

/** Turns the steps of a machine into a strip of colours and a log. */
export function createTimeLine(): TimeLine {
  let entries: readonly LogEntry[] = []
  let spans: { status: Status; from: number }[] = []
  let steps = 0
  return {
    get entries() {
      return entries
    },
    inspect({ event, before, after, effects }) {
      // Chunks come by the hundred, and change nothing that is worth a line.
      if (
        event.type === 'received' ||
        (before.state.status === after.state.status && event.type === 'timer-fired')
      )
        return
      const { state } = after
      const { status } = state
      if (spans.at(-1)?.status !== status) spans.push({ status, from: event.at })
      if (spans.length > 200) spans = spans.slice(-100)
      const cause = event.type === 'attempt-failed' ? event.error : undefined
      const asked = effects.map((effect) =>
        effect.type === 'set-timer' && status === 'waiting'
          ? `${effect.type} ${(effect.delayMs / 1000).toFixed(1)} s`
          : effect.type,
      )
      const note = [cause && `${cause.code}${cause.status ? ` ${cause.status}` : ''}`, ...asked]
      const entry: LogEntry = {
        key: ++steps,
        time: new Date(event.at).toLocaleTimeString('en-GB'),
        input: 'reason' in event ? `${event.type}: ${event.reason}` : event.type,
        status,
        note: note.filter(Boolean).join(' · '),
      }
      entries = [entry, ...entries].slice(0, shown)
    },
    strip() {
      const end = Date.now()
      const place = (at: number) => `${Math.max(0, 100 - (100 * (end - at)) / spanMs).toFixed(2)}%`
      const stops = spans.flatMap(({ status, from }, index) => {
        const until = spans[index + 1]?.from ?? end
        return end - until > spanMs ? [] : [`var(--strip-${status}) ${place(from)} ${place(until)}`]
      })
      return `linear-gradient(90deg, transparent 0 ${place(spans[0]?.from ?? end)}, ${stops.join(', ') || 'transparent'})`
    },
  }
}
