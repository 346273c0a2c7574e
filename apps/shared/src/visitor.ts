/**
 * Name of this tab for the server, which keeps weather and statistics per visitor. Taken from `?visitor=`, otherwise random
 * and stored in the tab, so that a reload keeps it.
 */
const visitor = nameOf(sessionStorage)

function nameOf(storage: Storage): string {
  const given = new URLSearchParams(location.search).get('visitor')
  const name = given ?? storage.getItem('visitor') ?? Math.random().toString(36).slice(2, 8)
  if (given === null) storage.setItem('visitor', name)
  return name
}

/** Returns the URL of an endpoint of the demo server, for this visitor. */
export function api(path: string): string {
  return urlOf(path, visitor)
}

/** Returns the URL of an endpoint that is the same in all tabs of this browser. */
export function sharedApi(path: string): string {
  return urlOf(path, nameOf(localStorage))
}

function urlOf(path: string, name: string): string {
  return `/api/${path}${path.includes('?') ? '&' : '?'}visitor=${encodeURIComponent(name)}`
}
