/**
 * Name of this tab for the server, which keeps weather and statistics per visitor. Taken from `?visitor=`, otherwise random
 * and stored in the tab, so that a reload keeps it.
 */
const visitor = new URLSearchParams(location.search).get('visitor') ?? storedVisitor()

function storedVisitor(): string {
  const name = sessionStorage.getItem('visitor') ?? Math.random().toString(36).slice(2, 8)
  sessionStorage.setItem('visitor', name)
  return name
}

/** Returns the URL of an endpoint of the demo server, for this visitor. */
export function api(path: string): string {
  return `/api/${path}${path.includes('?') ? '&' : '?'}visitor=${encodeURIComponent(visitor)}`
}
