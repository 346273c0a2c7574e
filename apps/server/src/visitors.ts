export const streamKinds = ['ticker', 'market', 'news', 'chat'] as const
export type StreamKind = (typeof streamKinds)[number]

/** One person at the page, or one test: what the weather does to it, and what the server saw of it. */
export interface Visitor {
  readonly name: string
  silentUntil: number
  refusedUntil: number
  refusedForMs: number
  slowUntil: number
  readonly open: Record<StreamKind, number>
  readonly opened: Record<StreamKind, number>
  readonly answered503: Record<StreamKind, number>
  readonly requests: { kind: StreamKind; lastEventId: string }[]
  chatsStopped: number
  lastChat: ChatAccount | null
  seenAt: number
}

/** How far the model got with an answer. */
interface ChatAccount {
  readonly sent: number
  readonly of: number
  readonly end: 'answered' | 'stopped by the client' | 'cut by the server'
}

export interface Visitors {
  /** The visitor of that name, without noting that it was here. */
  find(name: string): Visitor | undefined
  /** The visitor of that name, new if need be; nothing when all places are taken by visitors with open streams. */
  admit(name: string): Visitor | undefined
}

const longestName = 64
const remembered = 20

export function isVisitorName(name: string): boolean {
  return name.length <= longestName
}

/** Visitors are forgotten after `idleMs` without a request or a stream, and the longest idle one when it gets full. */
export function createVisitors(limit: number, idleMs: number): Visitors {
  const visitors = new Map<string, Visitor>()

  // The map is in the order of the last request, so the first without a stream is the longest idle.
  function forget() {
    const tooLongAgo = Date.now() - idleMs
    for (const visitor of visitors.values()) {
      if (visitor.seenAt >= tooLongAgo && visitors.size < limit) return
      if (isIdle(visitor)) visitors.delete(visitor.name)
    }
  }

  return {
    find: (name) => visitors.get(name),
    admit(name) {
      let visitor = visitors.get(name)
      if (!visitor) forget()
      if (!visitor && visitors.size >= limit) return undefined
      visitor ??= newVisitor(name)
      visitor.seenAt = Date.now()
      visitors.delete(name)
      visitors.set(name, visitor)
      return visitor
    },
  }
}

/** Notes the id that a stream request came with; only the last 20 of each kind are kept. */
export function noteRequest(visitor: Visitor, kind: StreamKind, lastEventId: string): void {
  const { requests } = visitor
  requests.push({ kind, lastEventId })
  const ofKind = requests.filter((request) => request.kind === kind)
  const oldest = ofKind[0]
  if (oldest && ofKind.length > remembered) requests.splice(requests.indexOf(oldest), 1)
}

/** Whether its open streams are to stay open and bring nothing. */
export function isSilent(visitor: Visitor): boolean {
  return Date.now() < visitor.silentUntil
}

/** Whether its open streams are to bring little. */
export function isSlow(visitor: Visitor): boolean {
  return Date.now() < visitor.slowUntil
}

/** How log lines call it. */
export function nameOf(visitor: Visitor): string {
  return visitor.name === '' ? 'of the nameless visitor' : `of visitor ${JSON.stringify(visitor.name)}`
}

/** What the server saw of a visitor, as `GET /api/stats` tells it; of one kind of stream, if one is named. */
export function describe(visitor: Visitor | undefined, kind?: StreamKind) {
  const kinds: readonly StreamKind[] = kind ? [kind] : streamKinds
  const sum = (counts?: Record<StreamKind, number>) =>
    kinds.reduce((total, each) => total + (counts?.[each] ?? 0), 0)
  const requests = visitor?.requests.filter((request) => kinds.includes(request.kind)) ?? []
  return {
    open: sum(visitor?.open),
    opened: sum(visitor?.opened),
    answered503: sum(visitor?.answered503),
    lastEventIds: requests.slice(-remembered).map((request) => request.lastEventId),
    chatsStopped: visitor?.chatsStopped ?? 0,
    lastChat: visitor?.lastChat ?? null,
  }
}

function isIdle({ open }: Visitor): boolean {
  return streamKinds.every((kind) => open[kind] === 0)
}

function newVisitor(name: string): Visitor {
  const none = () => ({ ticker: 0, market: 0, news: 0, chat: 0 })
  return {
    name,
    silentUntil: 0,
    refusedUntil: 0,
    refusedForMs: 0,
    slowUntil: 0,
    open: none(),
    opened: none(),
    answered503: none(),
    requests: [],
    chatsStopped: 0,
    lastChat: null,
    seenAt: 0,
  }
}
