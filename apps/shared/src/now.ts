import { atom, onMount } from 'nanostores'

/** The time, ten times a second, for count-downs. */
export const now = atom(Date.now())

onMount(now, () => {
  now.set(Date.now())
  const timer = setInterval(() => now.set(Date.now()), 100)
  return () => clearInterval(timer)
})
