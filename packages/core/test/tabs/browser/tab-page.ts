// A page with a shared stream. It records what it is sent, so that a driver can compare it with the log of the server.
import { createEventStream } from '../../../src/stream/event-stream.ts'
import type { EventStreamOptions } from '../../../src/stream/contract.ts'
import { acrossTabs } from '../../../src/tabs/index.ts'

/** One life of a page: from a load to the next one, also across the back-forward cache. */
export interface Life {
  /** Time of the start, in milliseconds since 1970. */
  readonly startedAt: number
  /** Number of the message that the stream begins after, as its id or the server said; `null` if unknown. */
  after: number | null
  /** Delivered numbers as runs that count up: first and last of each. */
  readonly runs: [first: number, last: number][]
  /** Descriptions of messages that are not as the server has published them. */
  readonly wrong: string[]
  /** Continuity of each reconnect, and gaps. */
  readonly reconnects: Record<string, number>
  /** Roles, in order, with the time at which each began. */
  readonly roles: [role: string, at: number][]
  /** Longest time between two messages, in milliseconds, since it was last reset. */
  longestPauseMs: number
  lastMessageAt: number
  /** Number of times that the page was restored from the back-forward cache. */
  restored: number
}

/** Content of the session storage: one entry, so that an id and the messages before it survive together or not at all. */
interface Stored {
  readonly id: string
  readonly lives: readonly Life[]
}

/** Messages that the page has posted to other tabs, the newest 10,000. */
export const posts: { readonly at: number; readonly data: unknown }[] = []

const KEY = 'tab'
const query = new URLSearchParams(location.search)
const user = query.get('user')
const token = query.get('token')
/** One of so many messages to other tabs is lost. */
let lossInterval = Number(query.get('loss') ?? 0)
let posted = 0
/** Ends the wait of the listener. While it waits, the tab takes no messages. */
let release: (() => void) | undefined
let held: Promise<void> | undefined
const stored = read()
export const lives = [...stored.lives]
export const life: Life = {
  startedAt: Date.now(),
  after: stored.id ? numberOf(stored.id) : null,
  runs: [],
  wrong: [],
  reconnects: {},
  roles: [],
  longestPauseMs: 0,
  lastMessageAt: 0,
  restored: 0,
}

function read(): Stored {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? '') as Stored
  } catch {
    return { id: '', lives: [] }
  }
}

function numberOf(id: string): number {
  return Number(id.slice(id.indexOf('-') + 1))
}

const { postMessage } = BroadcastChannel.prototype
BroadcastChannel.prototype.postMessage = function (data) {
  if (posts.push({ at: Date.now(), data }) > 10_000) posts.splice(0, 5000)
  if (!lossInterval || ++posted % lossInterval) postMessage.call(this, data)
}

/** Makes the listener slow: it waits, until {@link letGo}. */
export function hold(): void {
  held = new Promise((resolve) => (release = resolve))
}

export function letGo(): void {
  release?.()
  held = undefined
}

/** Ends the loss of messages to other tabs. */
export function stopLoss(): void {
  lossInterval = 0
}

const options: EventStreamOptions = {
  lastEventIdStore: {
    get: () => stored.id,
    set(id) {
      if (!life.runs.length) life.after ??= numberOf(id)
      try {
        sessionStorage.setItem(KEY, JSON.stringify({ id, lives: [...lives, life] }))
      } catch {
        // Storage is blocked or full.
      }
    },
  },
  // The server refuses a page whose user is not the one of the cookie, or whose token was revoked.
  headers: { ...(user && { 'x-user': user }), ...(token && { 'x-token': token }) },
  onReconnect({ continuity }) {
    life.reconnects[continuity] = (life.reconnects[continuity] ?? 0) + 1
  },
  onGap: ({ from, to }) => void life.wrong.push(`gap from ${from} to ${to}`),
  share: acrossTabs({ user }),
}

export const stream = createEventStream('/stream', options)
stream.onMessage(({ data, id }) => {
  const { n, to } = JSON.parse(data) as { n: number; to: string | null }
  if (numberOf(id) !== n) life.wrong.push(`message ${n} has the id ${id}`)
  if (to !== null && to !== user) life.wrong.push(`message ${n} is for ${to}`)
  const run = life.runs.at(-1)
  if (run && n === run[1] + 1) run[1] = n
  else life.runs.push([n, n])
  const now = Date.now()
  if (life.lastMessageAt) life.longestPauseMs = Math.max(life.longestPauseMs, now - life.lastMessageAt)
  life.lastMessageAt = now
  return held
})
stream.subscribe(recordRole)
recordRole()

function recordRole(): void {
  const { role } = status()
  if (life.roles.at(-1)?.[0] !== role) life.roles.push([role, Date.now()])
}

/** Returns the state of the stream and the last message, for polls. */
export function status() {
  const snapshot = stream.getSnapshot()
  return {
    status: snapshot.status,
    error: 'error' in snapshot && snapshot.error ? snapshot.error.code : '',
    role: snapshot.role ?? '',
    roleReason: snapshot.roleReason ?? '',
    visible: document.visibilityState === 'visible',
    last: life.runs.at(-1)?.[1] ?? life.after,
    restored: life.restored,
    startedAt: life.startedAt,
  }
}

addEventListener('pageshow', ({ persisted }) => {
  if (persisted) life.restored++
})

/** Reasons for which the page was not restored from the back-forward cache; `null` if it was, or was not left. */
export function notRestoredReasons(): unknown {
  const [entry] = performance.getEntriesByType('navigation')
  const { notRestoredReasons } = entry as PerformanceNavigationTiming & {
    readonly notRestoredReasons: unknown
  }
  return JSON.parse(JSON.stringify(notRestoredReasons ?? null))
}
