import { atom, onMount } from 'nanostores'

/** The current time, updated ten times a second. Used by countdowns. */
export const now = atom(Date.now())

onMount(now, () => {
  now.set(Date.now())
  const timer = setInterval(() => now.set(Date.now()), 100)
  return () => clearInterval(timer)
})
