// In the page: mounts a contender, watches what becomes of it, and tells.
import { scenarios } from './scenarios.js'

const contenders = import.meta.glob(['./contenders/*.{js,jsx}'])

const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))

globalThis.load = async (contender) => {
  const load = contenders[`./contenders/${contender}.js`] ?? contenders[`./contenders/${contender}.jsx`]
  globalThis.contender = await load()
  await frame()
  await frame()
}

globalThis.measure = async ({ scenario, url, total }) => {
  const target = document.querySelector('#view')
  const longTasks = []
  let renders = 0
  let frames = 0
  let came = 0
  let finished
  const shown = new Promise((resolve) => (finished = resolve))
  new PerformanceObserver((entries) =>
    longTasks.push(...entries.getEntries().map((entry) => entry.duration)),
  ).observe({
    type: 'longtask',
  })
  const mounted = scenarios[scenario](total, () => {
    if (++came === total && !target.isConnected) finished()
  })
  const last = `"n":${total - 1},`
  new MutationObserver(() => {
    if (target.textContent.includes(last)) finished()
  }).observe(target, { subtree: true, childList: true, characterData: true })
  const count = () => {
    frames++
    requestAnimationFrame(count)
  }
  requestAnimationFrame(count)
  const text = (data) => {
    renders++
    return mounted.text(data)
  }

  if (globalThis.contender.mounts === false) target.remove()
  // By this mark, whoever traces finds this page among others.
  performance.mark('measured')
  const start = performance.now()
  const read = globalThis.contender.mount(target, { ...mounted, url, text })
  await shown
  const ms = performance.now() - start
  const passed = { renders, frames }
  // What the observer of long tasks has to say comes later.
  await frame()
  await frame()
  await new Promise((resolve) => setTimeout(resolve, 50))
  return {
    ...passed,
    ms,
    longTasks,
    said: read ? mounted.text(read()) : target.textContent,
    expected: mounted.start,
  }
}
