import { refuse } from '../errors.ts'

/**
 * Returns a URL as error messages show it: without user name, password and fragment, and with `…` for each value of its query.
 */
export function redactUrl(url: string | URL, base?: string): string {
  const parsed = parseUrl(url, base)
  // In text that is no URL, a password may be anywhere before an @.
  if (!parsed) return String(url).replaceAll(/:.*@[^/]*|[?#].*/gs, '…')
  const { origin, pathname, search } = parsed
  return origin + pathname + search.replaceAll(/([?&](?:[^=&]*=)?)[^&]*/g, '$1…')
}

/**
 * Returns the absolute form of a URL.
 *
 * @throws SseError `invalid-option` for a URL that no request can be sent to.
 */
export function checkUrl(url: string | URL, base: string | undefined): string {
  const parsed = parseUrl(url, base)
  if (!parsed) refuse('url', `must be an${base ? '' : ' absolute'} http or https URL, not ${redactUrl(url)}`)
  if (parsed.username || parsed.password) refuse('url', 'must not contain a user name or password')
  return parsed.href
}

function parseUrl(url: string | URL, base: string | undefined): URL | undefined {
  try {
    const parsed = new URL(url, base)
    if (url && /^https?:$/.test(parsed.protocol)) return parsed
  } catch {
    // Not a URL, or a relative one without a page.
  }
  return undefined
}
