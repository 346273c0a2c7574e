import { atom } from 'nanostores'
import { api } from './visitor.ts'

/** What the network can be made to do to this tab. */
export const orders = ['drop', 'silence', 'offline', 'refuse', 'slow', 'clear'] as const
export type Order = (typeof orders)[number]

/** The order that was carried out last; `unreachable` when there was nobody to carry it out. */
export const lastOrder = atom<Order | 'unreachable' | undefined>(undefined)

const forMs: Partial<Record<Order, number>> = { silence: 10_000, refuse: 5_000, slow: 10_000 }
const offlineMs = 5_000
let backOnline: ReturnType<typeof setTimeout> | undefined

export async function command(order: Order): Promise<void> {
  if (order === 'clear') online()
  if (order === 'offline') goOffline()
  else {
    const body = JSON.stringify({ do: order, forMs: forMs[order] })
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(api('weather'), { method: 'POST', headers, body }).catch(() => undefined)
    if (!answer?.ok) return lastOrder.set('unreachable')
  }
  lastOrder.set(order)
}

/** A page cannot take its device off the network, but it can be told that this has happened. */
function goOffline() {
  clearTimeout(backOnline)
  dispatchEvent(new Event('offline'))
  backOnline = setTimeout(online, offlineMs)
}

function online() {
  clearTimeout(backOnline)
  dispatchEvent(new Event('online'))
}
