import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { chosen, trailOf } from './market.ts'
import { theme } from './theme.ts'

const drawMs = 100

/** Draws the last minute of the chosen symbol into an element, until what it returns is called. */
export function showChart(host: HTMLElement): () => void {
  // Made with its first prices: the axis of none is narrower.
  let chart: uPlot | undefined
  const clear = () => {
    chart?.destroy()
    chart = undefined
  }
  const size = new ResizeObserver(() => chart?.setSize(sizeOf(host)))
  size.observe(host)
  let frame = 0
  let drawnAt = 0
  const next = (at: number) => {
    frame = requestAnimationFrame(next)
    if (at - drawnAt < drawMs) return
    drawnAt = at
    const trail = trailOf(chosen.get())
    if (chart) chart.setData(trail)
    else if (trail[0].length > 0) chart = draw(host, trail)
  }
  frame = requestAnimationFrame(next)
  // Its colours are those that it was made with.
  const endTheme = theme.listen(clear)
  const system = matchMedia('(prefers-color-scheme: dark)')
  system.addEventListener('change', clear)
  return () => {
    cancelAnimationFrame(frame)
    size.disconnect()
    endTheme()
    system.removeEventListener('change', clear)
    clear()
  }
}

const sizeOf = ({ clientWidth: width, clientHeight: height }: HTMLElement) => ({ width, height })

function draw(host: HTMLElement, trail: uPlot.AlignedData): uPlot {
  const colour = (name: string) => {
    // What the browser computes: a canvas does not know `light-dark()`.
    const probe = host.appendChild(document.createElement('i'))
    probe.style.color = `var(--${name})`
    const { color } = getComputedStyle(probe)
    probe.remove()
    return color
  }
  const [line, quiet, grid] = [colour('river'), colour('quiet'), colour('line')]
  const axis = {
    stroke: quiet,
    font: '11px system-ui',
    grid: { stroke: grid, width: 1 },
    ticks: { show: false },
  }
  return new uPlot(
    {
      ...sizeOf(host),
      legend: { show: false },
      cursor: { show: false },
      pxAlign: 0,
      padding: [6, 14, 0, 0],
      scales: { x: { time: false, range: [-60, 0] } },
      axes: [
        { ...axis, size: 22, space: 60, values: (_, ticks) => ticks.map((tick) => `${tick} s`) },
        { ...axis, size: 52, space: 34, values: (_, ticks) => ticks.map((tick) => tick.toFixed(2)) },
      ],
      series: [{}, { stroke: line, width: 1.5, fill: colour('river-wash'), points: { show: false } }],
    },
    trail,
    host,
  )
}
