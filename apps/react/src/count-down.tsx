import { useEffect, useState } from 'react'

/** The seconds that are left until a moment, and a bar that runs out with them. */
export function CountDown({ until, delayMs }: { until: number; delayMs: number }) {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 100)
    return () => clearInterval(timer)
  }, [])
  const leftMs = Math.max(0, until - now)
  return (
    <span className="count-down" role="timer" aria-label="until the next attempt">
      {(leftMs / 1000).toFixed(1)} s
      <i style={{ transform: `scaleX(${Math.min(1, leftMs / delayMs)})` }} />
    </span>
  )
}
