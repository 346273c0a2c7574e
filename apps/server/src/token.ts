import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

export interface Tokens {
  readonly expiresInMs: number
  /** A token good for so many milliseconds, by default and at most `expiresInMs`. */
  issue(forMs?: number): string
  /** Why the token of an Authorization header is not accepted; nothing if it is. */
  objection(authorization: string | undefined): string | undefined
  /** When the token of a header that is accepted expires. */
  expiry(authorization: string | undefined): number
}

const everlasting = 'demo'
const tokenIn = (authorization = '') => /^bearer +(\S+)$/i.exec(authorization.trim())?.[1]

/** Tokens carry their own expiry and a signature, so none is stored. They do not outlive the server. */
export function createTokens(expiresInMs: number): Tokens {
  const secret = randomBytes(32)
  const sign = (text: string) => createHmac('sha256', secret).update(text).digest('base64url')
  return {
    expiresInMs,
    issue(forMs = expiresInMs) {
      const claim = `${Date.now() + forMs}.${randomBytes(6).toString('base64url')}`
      return `${claim}.${sign(claim)}`
    },
    objection(authorization) {
      const token = tokenIn(authorization)
      if (token === undefined)
        return 'Send an Authorization header: Bearer, and a token from POST /api/token.'
      if (token === everlasting) return undefined
      const dot = token.lastIndexOf('.')
      const claim = token.slice(0, dot)
      if (dot < 0 || !same(sign(claim), token.slice(dot + 1))) {
        return 'This token is not one of ours. Get one from POST /api/token.'
      }
      if (Date.now() >= Number.parseInt(claim, 10)) {
        return 'This token has expired. Get a new one from POST /api/token.'
      }
      return undefined
    },
    expiry(authorization) {
      const token = tokenIn(authorization)
      return token === everlasting ? Infinity : Number.parseInt(token ?? '', 10)
    },
  }
}

function same(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}
