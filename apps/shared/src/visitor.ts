/** Who this tab is to the server: its weather is ours alone. `?visitor=` names one; a reload keeps it. */
const visitor = new URLSearchParams(location.search).get('visitor') ?? remembered()

function remembered(): string {
  const name = sessionStorage.getItem('visitor') ?? Math.random().toString(36).slice(2, 8)
  sessionStorage.setItem('visitor', name)
  return name
}

/** The address of something that the demo server has for this tab. */
export function api(path: string): string {
  return `/api/${path}${path.includes('?') ? '&' : '?'}visitor=${encodeURIComponent(visitor)}`
}
