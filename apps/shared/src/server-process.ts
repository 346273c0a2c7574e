import type { ConnectionOptions } from '@headwater/core'
import { atom } from 'nanostores'
import { api } from './visitor.ts'

type Step = Parameters<NonNullable<ConnectionOptions['inspect']>>[0]

/** A process of the server. */
export interface ServerProcess {
  /** Number of the process, from 1. */
  readonly process: number
  readonly pid: number
}

interface Processes {
  /** Number of processes. One that is being started again is not in the list. */
  readonly size: number
  readonly processes: readonly (ServerProcess & { readonly openedAt: number | null })[]
  readonly canKill: boolean
}

/**
 * The process that serves the market of this tab, and the number of processes. `null` while none serves it; `undefined` if it cannot be killed, because
 * nothing would start it again.
 */
export const serverProcess = atom<(ServerProcess & { readonly count: number }) | null | undefined>(undefined)

/** Call it for each step of the market's connection. Asks the server after each connect: another process may have answered. */
export function followProcess({ before, after }: Step): void {
  const { status } = after.state
  if (status === before.state.status) return
  if (status === 'open') void loadProcess()
  else if (serverProcess.get()) serverProcess.set(null)
}

async function loadProcess() {
  const response = await fetch(api('processes?stream=market')).catch(() => undefined)
  if (!response?.ok) return
  const { size, processes, canKill } = (await response.json()) as Processes
  // A process that has lost the connection may not have noticed it yet.
  const [newest] = processes
    .filter(({ openedAt }) => openedAt !== null)
    .toSorted((one, other) => (other.openedAt ?? 0) - (one.openedAt ?? 0))
  serverProcess.set(canKill ? newest && { ...newest, count: size } : undefined)
}
