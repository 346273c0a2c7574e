export const streamKinds = ['ticker', 'market', 'news', 'chat'] as const
export type StreamKind = (typeof streamKinds)[number]

/** One user of the page, or one test: the weather that applies to it, and the statistics of its streams. */
export interface Visitor {
  readonly name: string
  silentUntil: number
  refusedUntil: number
  refusedForMs: number
  slowUntil: number
  readonly open: Record<StreamKind, number>
  readonly opened: Record<StreamKind, number>
  readonly answered503: Record<StreamKind, number>
  readonly requests: StreamRequest[]
  chatsStopped: number
  lastChat: ChatResult | null
  seenAt: number
}

interface StreamRequest {
  readonly kind: StreamKind
  readonly lastEventId: string
  readonly at: number
}

/** Progress of an answer when the model ended. */
interface ChatResult {
  /** Id of the answer. */
  readonly answer: string
  readonly at: number
  readonly sent: number
  readonly of: number
  readonly end: 'answered' | 'stopped'
}

export interface Visitors {
  /** Returns the visitor of that name without updating when it was last seen. */
  find(name: string): Visitor | undefined
  /** Returns the visitor of that name, created if needed. `undefined` if the limit is reached and all have open streams. */
  getOrCreate(name: string): Visitor | undefined
}

const maxNameLength = 64
const maxIdsPerKind = 20

export function isVisitorName(name: string): boolean {
  return name.length <= maxNameLength
}

/**
 * Creates the registry of visitors. A visitor is forgotten after `idleMs` without a request or a stream. At the limit,
 * the one that is idle for longest is forgotten.
 */
export function createVisitors(limit: number, idleMs: number): Visitors {
  const visitors = new Map<string, Visitor>()

  // The map is in the order of the last request, so the first visitor without a stream is idle for longest.
  function evict() {
    const idleSince = Date.now() - idleMs
    for (const visitor of visitors.values()) {
      if (visitor.seenAt >= idleSince && visitors.size < limit) return
      if (isIdle(visitor)) visitors.delete(visitor.name)
    }
  }

  return {
    find: (name) => visitors.get(name),
    getOrCreate(name) {
      let visitor = visitors.get(name)
      if (!visitor) evict()
      if (!visitor && visitors.size >= limit) return undefined
      visitor ??= createVisitor(name)
      visitor.seenAt = Date.now()
      visitors.delete(name)
      visitors.set(name, visitor)
      return visitor
    },
  }
}

/** Records the `Last-Event-ID` of a stream request. Keeps the last 20 of each kind. */
export function recordRequest(visitor: Visitor, kind: StreamKind, lastEventId: string): void {
  const { requests } = visitor
  requests.push({ kind, lastEventId, at: Date.now() })
  const ofKind = requests.filter((request) => request.kind === kind)
  const oldest = ofKind[0]
  if (oldest && ofKind.length > maxIdsPerKind) requests.splice(requests.indexOf(oldest), 1)
}

/** Returns true while the visitor's streams send nothing. */
export function isSilent(visitor: Visitor): boolean {
  return Date.now() < visitor.silentUntil
}

/** Returns true while the visitor's streams send at most ten messages a second. */
export function isSlow(visitor: Visitor): boolean {
  return Date.now() < visitor.slowUntil
}

/** Returns the name of the visitor in log lines. */
export function labelOf(visitor: Visitor): string {
  return visitor.name === '' ? 'of the unnamed visitor' : `of visitor ${JSON.stringify(visitor.name)}`
}

/** Statistics of a visitor in one process. */
export interface Stats {
  readonly open: number
  readonly opened: number
  readonly answered503: number
  readonly requests: readonly StreamRequest[]
  readonly chatsStopped: number
  readonly lastChat: ChatResult | null
}

/** Returns the statistics of a visitor, of one kind of stream if one is given. */
export function statsOf(visitor: Visitor | undefined, kind?: StreamKind): Stats {
  const kinds: readonly StreamKind[] = kind ? [kind] : streamKinds
  const sum = (counts?: Record<StreamKind, number>) =>
    kinds.reduce((total, each) => total + (counts?.[each] ?? 0), 0)
  return {
    open: sum(visitor?.open),
    opened: sum(visitor?.opened),
    answered503: sum(visitor?.answered503),
    requests: visitor?.requests.filter((request) => kinds.includes(request.kind)) ?? [],
    chatsStopped: visitor?.chatsStopped ?? 0,
    lastChat: visitor?.lastChat ?? null,
  }
}

/** Returns the body of `GET /api/stats`: the statistics of all processes together. */
export function mergeStats(parts: readonly Stats[]) {
  const sum = (name: 'open' | 'opened' | 'answered503' | 'chatsStopped') =>
    parts.reduce((total, part) => total + part[name], 0)
  const byTime = (one: { at: number }, other: { at: number }) => one.at - other.at
  const requests = parts.flatMap((part) => part.requests).toSorted(byTime)
  const last = parts
    .flatMap((part) => part.lastChat ?? [])
    .toSorted(byTime)
    .at(-1)
  return {
    open: sum('open'),
    opened: sum('opened'),
    answered503: sum('answered503'),
    lastEventIds: requests.slice(-maxIdsPerKind).map(({ lastEventId }) => lastEventId),
    chatsStopped: sum('chatsStopped'),
    lastChat: last ? { answer: last.answer, sent: last.sent, of: last.of, end: last.end } : null,
  }
}

function isIdle({ open }: Visitor): boolean {
  return streamKinds.every((kind) => open[kind] === 0)
}

function createVisitor(name: string): Visitor {
  const zeros = () => ({ ticker: 0, market: 0, news: 0, chat: 0 })
  return {
    name,
    silentUntil: 0,
    refusedUntil: 0,
    refusedForMs: 0,
    slowUntil: 0,
    open: zeros(),
    opened: zeros(),
    answered503: zeros(),
    requests: [],
    chatsStopped: 0,
    lastChat: null,
    seenAt: 0,
  }
}
