// Runs in the page: mounts a contender, observes it, and returns the results.
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
  let received = 0
  let finish
  const finished = new Promise((resolve) => (finish = resolve))
  new PerformanceObserver((entries) =>
    longTasks.push(...entries.getEntries().map((entry) => entry.duration)),
  ).observe({
    type: 'longtask',
  })
  const prepared = scenarios[scenario](total, () => {
    if (++received === total && !target.isConnected) finish()
  })
  const last = `"n":${total - 1},`
  new MutationObserver(() => {
    if (target.textContent.includes(last)) finish()
  }).observe(target, { subtree: true, childList: true, characterData: true })
  const count = () => {
    frames++
    requestAnimationFrame(count)
  }
  requestAnimationFrame(count)
  const text = (data) => {
    renders++
    return prepared.text(data)
  }

  if (globalThis.contender.mounts === false) target.remove()
  // A trace identifies the thread of this page by this mark.
  performance.mark('measured')
  const start = performance.now()
  const read = globalThis.contender.mount(target, { ...prepared, url, text })
  await finished
  const ms = performance.now() - start
  const counts = { renders, frames }
  // PerformanceObserver delivers long tasks with a delay.
  await frame()
  await frame()
  await new Promise((resolve) => setTimeout(resolve, 50))
  return {
    ...counts,
    ms,
    longTasks,
    shown: read ? prepared.text(read()) : target.textContent,
    expected: prepared.start,
  }
}
