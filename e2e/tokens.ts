/** Runs in a page, from its start: its first token expires, those after it do not, however slow the machine is. */
export function renewTokensForGood() {
  const { fetch } = globalThis
  let asked = 0
  globalThis.fetch = async (input, init) => {
    if (!String(input).startsWith('/api/token') || asked++ === 0) return fetch(input, init)
    return Response.json({ token: 'demo', expiresInMs: 3_600_000 })
  }
}
