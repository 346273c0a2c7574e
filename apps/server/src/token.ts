import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

export interface Tokens {
  readonly expiresInMs: number
  /** Issues a token that is valid for `forMs` milliseconds. Default: `expiresInMs`. */
  issue(forMs?: number): string
  /** Returns why the token of an Authorization header is rejected, or `undefined` if it is valid. */
  rejectionOf(authorization: string | undefined): string | undefined
  /** Returns the time at which the token of a valid header expires, in milliseconds since 1970. */
  expiryOf(authorization: string | undefined): number
}

const permanentToken = 'demo'
const tokenIn = (authorization = '') => /^bearer +(\S+)$/i.exec(authorization.trim())?.[1]

/**
 * Creates an issuer of tokens. A token contains its expiry and a signature, so none is stored. By default the key is random:
 * then a token is not valid after a restart of the server.
 */
export function createTokens(expiresInMs: number, secret: string | Buffer = randomBytes(32)): Tokens {
  const sign = (text: string) => createHmac('sha256', secret).update(text).digest('base64url')
  return {
    expiresInMs,
    issue(forMs = expiresInMs) {
      const claim = `${Date.now() + forMs}.${randomBytes(6).toString('base64url')}`
      return `${claim}.${sign(claim)}`
    },
    rejectionOf(authorization) {
      const token = tokenIn(authorization)
      if (token === undefined)
        return 'The request has no bearer token. Send "Authorization: Bearer <token>" with a token from POST /api/token.'
      if (token === permanentToken) return undefined
      const dot = token.lastIndexOf('.')
      const claim = token.slice(0, dot)
      if (dot < 0 || !isEqual(sign(claim), token.slice(dot + 1))) {
        return 'This token was not issued by this server. Get one from POST /api/token.'
      }
      if (Date.now() >= Number.parseInt(claim, 10)) {
        return 'This token has expired. Get a new one from POST /api/token.'
      }
      return undefined
    },
    expiryOf(authorization) {
      const token = tokenIn(authorization)
      return token === permanentToken ? Infinity : Number.parseInt(token ?? '', 10)
    },
  }
}

function isEqual(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}
