import { atom } from 'nanostores'
import { serverProcess } from './server-process.ts'
import { api } from './visitor.ts'

/** Faults that can be injected into the connections of this tab, and `clear`, which ends them. A process can be killed, too. */
export const weatherActions = ['drop', 'silence', 'offline', 'refuse', 'slow', 'clear'] as const
export type WeatherAction = (typeof weatherActions)[number] | 'kill'

/** The last action that was applied, or `unreachable` if the server did not answer. */
export const lastAction = atom<WeatherAction | 'unreachable' | undefined>(undefined)

const forMs: Partial<Record<WeatherAction, number>> = { silence: 10_000, refuse: 5_000, slow: 10_000 }
const offlineMs = 5_000
let onlineTimer: ReturnType<typeof setTimeout> | undefined

export async function applyWeather(action: WeatherAction): Promise<void> {
  if (action === 'kill' && !serverProcess.get()) return
  if (action === 'clear') goOnline()
  if (action === 'offline') goOffline()
  else {
    const path = action === 'kill' ? 'kill' : 'weather'
    const order = action === 'kill' ? serverProcess.get() : { do: action, forMs: forMs[action] }
    const headers = { 'content-type': 'application/json' }
    const init = { method: 'POST', headers, body: JSON.stringify(order) }
    const response = await fetch(api(path), init).catch(() => undefined)
    if (!response?.ok) return lastAction.set('unreachable')
  }
  lastAction.set(action)
}

/** Simulates the loss of the network: a page cannot disconnect its device, but it can dispatch the event. */
function goOffline() {
  clearTimeout(onlineTimer)
  dispatchEvent(new Event('offline'))
  onlineTimer = setTimeout(goOnline, offlineMs)
}

function goOnline() {
  clearTimeout(onlineTimer)
  dispatchEvent(new Event('online'))
}
