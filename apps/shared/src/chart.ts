import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { recentPrices, selectedSymbol } from './market.ts'
import { theme } from './theme.ts'

const redrawMs = 100

/** Draws the last minute of the selected symbol into an element. Returns a function that removes the chart. */
export function showChart(host: HTMLElement): () => void {
  // Created with the first prices: without prices its axis would be narrower.
  let chart: uPlot | undefined
  const removeChart = () => {
    chart?.destroy()
    chart = undefined
  }
  const resizeObserver = new ResizeObserver(() => chart?.setSize(sizeOf(host)))
  resizeObserver.observe(host)
  let frame = 0
  let drawnAt = 0
  const redraw = (at: number) => {
    frame = requestAnimationFrame(redraw)
    if (at - drawnAt < redrawMs) return
    drawnAt = at
    const data = recentPrices(selectedSymbol.get())
    if (chart) chart.setData(data)
    else if (data[0].length > 0) chart = createChart(host, data)
  }
  frame = requestAnimationFrame(redraw)
  // A chart keeps the colours that it is created with, so a change of theme creates a new one.
  const unsubscribeTheme = theme.listen(removeChart)
  const systemTheme = matchMedia('(prefers-color-scheme: dark)')
  systemTheme.addEventListener('change', removeChart)
  return () => {
    cancelAnimationFrame(frame)
    resizeObserver.disconnect()
    unsubscribeTheme()
    systemTheme.removeEventListener('change', removeChart)
    removeChart()
  }
}

const sizeOf = ({ clientWidth: width, clientHeight: height }: HTMLElement) => ({ width, height })

function createChart(host: HTMLElement, data: uPlot.AlignedData): uPlot {
  const colour = (name: string) => {
    // Resolve the colour in the DOM first: a canvas does not support `light-dark()`.
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
    data,
    host,
  )
}
