import { trailLength } from './quotes.ts'

const height = 32

/** A line through the last prices; the newest is at the right. */
export function Trail({ prices }: { prices: readonly number[] }) {
  const low = Math.min(...prices)
  const span = Math.max(Math.max(...prices) - low, 1)
  const points = prices.map((price, i) => {
    const x = trailLength - prices.length + i
    const y = height - 2 - ((price - low) / span) * (height - 4)
    return `${x},${y.toFixed(1)}`
  })
  return (
    <svg className="trail" viewBox={`0 0 ${trailLength} ${height}`} preserveAspectRatio="none" aria-hidden>
      <polyline points={points.join(' ')} />
    </svg>
  )
}
