import type { ConnectionOptions, Role, RoleReason } from '@headwater/core'
import { atom, onMount } from 'nanostores'

type Step = Parameters<NonNullable<ConnectionOptions['inspect']>>[0]

/** A tab of this browser that shows the demo. */
export interface Tab {
  /** Title of the framework, for instance `React`. */
  readonly framework: string
  /** Role in the shared connection of the news. */
  readonly role: Role
  /** Reason for which the role is `direct`, if there is one. */
  readonly reason: RoleReason | undefined
  readonly isThis: boolean
}

/** The tabs of this browser that show the demo, oldest first. Updated while something shows them. */
export const tabs = atom<readonly Tab[]>([])

const prefix = 'demo tab '
/** Name of this tab: the time at which it was opened. */
const self = String(Date.now() + Math.random())
const framework = document.documentElement.dataset['framework'] ?? ''
/** Undefined on a page that was opened by plain HTTP from another computer. */
const { locks } = navigator as { readonly locks?: LockManager }

let own: Omit<Tab, 'isThis'> = { framework, role: 'direct', reason: undefined }
let release: (() => void) | undefined
let isLeft = false

/** Call it for each step of the news: the connection tells its role there. */
export function followRole({ event }: Step): void {
  if (event.type !== 'role') return
  own = { framework, role: event.role, reason: event.roleReason }
  announce()
  void update()
}

/** Holds a lock whose name describes this tab, so that other tabs can list it. A crash releases it, too. */
function announce(): void {
  release?.()
  if (isLeft) return
  const released = new Promise<void>((resolve) => (release = resolve))
  void locks?.request(prefix + JSON.stringify([self, own]), () => released)
}

async function update(): Promise<void> {
  const { held = [] } = (await locks?.query()) ?? {}
  const others = held
    .filter(({ name }) => name?.startsWith(prefix))
    .map(({ name }) => JSON.parse(name!.slice(prefix.length)) as [string, Omit<Tab, 'isThis'>])
    .filter(([name]) => name !== self)
  tabs.set(
    [...others, [self, own] as const]
      .toSorted(([one], [other]) => Number(one) - Number(other))
      .map(([name, tab]) => ({ ...tab, isThis: name === self })),
  )
}

onMount(tabs, () => {
  announce()
  void update()
  const timer = setInterval(() => void update(), 1_000)
  return () => clearInterval(timer)
})

// A held lock would keep the page out of the back-forward cache.
addEventListener('pagehide', () => {
  isLeft = true
  announce()
})
addEventListener('pageshow', () => {
  if (!isLeft) return
  isLeft = false
  announce()
})
