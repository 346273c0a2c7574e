/**
 * Runs in the page before its scripts. Only the first token expires; all later ones stay valid, so that a slow machine does
 * not change the number of requests.
 */
export function replaceLaterTokens() {
  const { fetch } = globalThis
  let requests = 0
  globalThis.fetch = async (input, init) => {
    if (!String(input).startsWith('/api/token') || requests++ === 0) return fetch(input, init)
    return Response.json({ token: 'demo', expiresInMs: 3_600_000 })
  }
}

/** Runs in the page before its scripts. Keeps the last body that was sent: Playwright does not see that of a Blob. */
export function recordBodies() {
  const { fetch } = globalThis
  globalThis.fetch = async (input, init) => {
    if (init?.body instanceof Blob) Object.assign(globalThis, { lastBody: await init.body.text() })
    return fetch(input, init)
  }
}
