import { chat, clearChat, sendQuestion, serverReport } from './chat.ts'
import { token } from './chat-token.ts'
import { showChart } from './chart.ts'
import { defineElement, setText } from './element.ts'
import type { Texts } from './english.ts'
import { texts } from './language.ts'
import { selectedSymbol, symbols } from './market.ts'
import { now } from './now.ts'
import { serverProcess } from './server-process.ts'
import { monitors, type StreamStats } from './stream-monitor.ts'
import { tabs } from './tabs.ts'
import { applyWeather, lastAction, weatherActions } from './weather.ts'

const formatNumber = (value: number) => value.toLocaleString('en')

/** `<demo-title of="…">`: title and introduction of a card. */
defineElement('title', (host) => {
  const name = host.getAttribute('of') as 'market'
  return {
    markup: ({ [name]: { title, lead } }) => `<h2 id="${name}">${title}</h2><p class="lead">${lead}</p>`,
  }
})

/** `<demo-rates>`: messages, renders and frames per second. */
defineElement('rates', (host) => ({
  markup: ({ market }) =>
    `<dl class="numbers">${[market.messages, market.renders, market.frames]
      .map((label) => `<div><dt>${label}</dt><dd>0</dd></div>`)
      .join('')}</dl>`,
  subscribe: () =>
    monitors.market.stats.subscribe(({ messagesPerSecond, rendersPerSecond, framesPerSecond }) => {
      const values = [messagesPerSecond, rendersPerSecond, framesPerSecond]
      for (const [index, element] of host.querySelectorAll('dd').entries())
        setText(element, formatNumber(values[index] ?? 0))
    }),
}))

/** `<demo-chart>`: prices of the last minute of the symbol selected here or by a click on its cell. */
defineElement('chart', (host) => ({
  markup: ({ market }) =>
    `<label class="chart-label">${market.chart} <select>${symbols
      .map((symbol) => `<option>${symbol}</option>`)
      .join('')}</select></label><div class="chart" role="img" aria-label="${market.chart}"></div>`,
  subscribe() {
    const select = host.querySelector('select')!
    select.addEventListener('change', () => selectedSymbol.set(select.value))
    const unsubscribe = selectedSymbol.subscribe((symbol) => (select.value = symbol))
    const removeChart = showChart(host.querySelector<HTMLElement>('.chart')!)
    return () => {
      unsubscribe()
      removeChart()
    }
  },
}))

/** `<demo-weather-actions>`: the buttons that break the connection or kill a process, and the result of the last one. */
defineElement('weather-actions', (host) => ({
  markup: ({ weather }) =>
    `<div class="weather-actions">${weatherActions
      .map((action) => {
        const [label, effect] = weather.actions[action]
        return `<button type="button" data-action="${action}" aria-describedby="effect-${action}" title="${effect}">${label}</button><span hidden id="effect-${action}">${effect}</span>`
      })
      .join(
        '',
      )}</div><p class="process"><span></span><button type="button" data-action="kill" title="${weather.actions.kill[1]}">${weather.actions.kill[0]}</button></p><p class="weather-result" role="status"></p>`,
  onRender() {
    for (const action of [...weatherActions, 'kill'] as const)
      host
        .querySelector(`[data-action=${action}]`)
        ?.addEventListener('click', () => void applyWeather(action))
  },
  subscribe({ weather }) {
    const unsubscribeProcess = serverProcess.subscribe((server) => {
      const line = host.querySelector<HTMLElement>('.process')!
      // Takes its place also while it is invisible, so that nothing moves when it appears.
      line.dataset['known'] = String(server !== undefined)
      line.querySelector('button')!.setAttribute('aria-disabled', String(!server))
      const { serves, none } = weather.process
      setText(line.querySelector('span'), server ? serves(server.process, server.count, server.pid) : none)
    })
    const unsubscribe = lastAction.subscribe((action) => {
      const result =
        action &&
        (action === 'unreachable' ? weather.unreachable : weather.done(weather.actions[action][1] ?? ''))
      setText(host.querySelector('.weather-result'), result ?? weather.hint)
    })
    return () => {
      unsubscribeProcess()
      unsubscribe()
    }
  },
}))

/** `<demo-time-line>`: the states of the last minute, and the latest events of the connection. */
defineElement('time-line', (host) => ({
  markup: ({ weather }) =>
    `<div class="strip" role="img" aria-label="${weather.strip}"></div><ol class="log" aria-label="${weather.log}"></ol>`,
  subscribe(texts) {
    let shown: StreamStats['entries'] | undefined
    return monitors.market.stats.subscribe(({ strip, entries }) => {
      host.querySelector<HTMLElement>('.strip')!.style.background = strip
      if (entries === shown) return
      shown = entries
      host.querySelector('.log')!.replaceChildren(...entries.map((entry) => lineOf(entry, texts)))
    })
  },
}))

function lineOf({ time, event, status, note }: StreamStats['entries'][number], texts: Texts): HTMLElement {
  const line = document.createElement('li')
  for (const [name, text] of [
    ['time', time],
    ['span', `${event} → `],
    ['small', note],
  ] as const)
    line.appendChild(document.createElement(name)).textContent = text
  const state = document.createElement('b')
  state.dataset['status'] = status
  state.textContent = texts.status[status]
  line.querySelector('span')?.append(state)
  return line
}

/** `<demo-proof of="…">`: the message counts of a stream, and the result of the check of its ids. */
defineElement('proof', (host) => ({
  markup: ({ weather: { counts } }) =>
    `<dl class="numbers">${Object.entries(counts)
      .map(([name, label]) => `<div><dt>${label}</dt><dd data-count="${name}">0</dd></div>`)
      .join('')}</dl><p class="proof"></p>`,
  subscribe: ({ weather }) =>
    monitors[host.getAttribute('of') as keyof typeof monitors].stats.subscribe((stats) => {
      const { first, last, repeated, gaps, untold } = stats
      for (const element of host.querySelectorAll<HTMLElement>('[data-count]'))
        setText(element, formatNumber(stats[element.dataset['count'] as 'messages']))
      const proof = host.querySelector<HTMLElement>('.proof')!
      const result = untold + repeated > 0 ? 'incomplete' : gaps > 0 ? 'gaps' : 'complete'
      proof.dataset['result'] = result
      const isEmpty = first === undefined || last === undefined
      setText(proof, isEmpty ? weather.noIds : weather[result](first, last, gaps))
    }),
}))

/** `<demo-tabs>`: the tabs of this browser, and which of them has the connection of the news. */
defineElement('tabs', (host) => ({
  markup: ({ tabs: { label, open } }) =>
    `<ol class="tabs" aria-label="${label}"></ol><a class="open-tab" target="_blank" href="${location.pathname}${location.search}">${open}</a>`,
  subscribe: ({ tabs: { roles, reasons, self } }) =>
    tabs.subscribe((list) => {
      const lines = list.map(({ framework, role, reason, isThis }) => {
        const line = document.createElement('li')
        line.dataset['role'] = role
        if (isThis) line.setAttribute('aria-current', 'true')
        const name = isThis ? `${framework} (${self})` : framework
        line.textContent = `${name}: ${reason ? reasons[reason] : roles[role]}`
        return line
      })
      // Replaced only if something has changed, so that a screen reader does not lose its place.
      const current = host.querySelector('.tabs')!
      const html = (elements: readonly Element[]) => elements.map(({ outerHTML }) => outerHTML).join('')
      if (html(lines) !== html([...current.children])) current.replaceChildren(...lines)
    }),
}))

/** `<demo-question>`: the form that sends a question, buttons with example questions, and one that clears the conversation. */
defineElement('question', (host) => ({
  markup: ({ chat: { prompts, label, send, clear } }) =>
    `<form class="question"><input name="question" autocomplete="off" aria-label="${label}" value="${prompts[0]}" required /><button data-waits>${send}</button></form><div class="prompts">${prompts
      .map((prompt) => `<button type="button" data-waits>${prompt}</button>`)
      .join('')}<button type="button" data-clear>${clear}</button></div>`,
  onRender() {
    const input = host.querySelector('input')!
    host.querySelector('form')!.addEventListener('submit', (submission) => {
      submission.preventDefault()
      sendQuestion(input.value)
    })
    for (const button of host.querySelectorAll<HTMLElement>('.prompts [data-waits]'))
      button.addEventListener('click', () => sendQuestion((input.value = button.textContent)))
    host.querySelector('[data-clear]')!.addEventListener('click', clearChat)
  },
  subscribe: () =>
    chat.subscribe(({ isRunning }) => {
      for (const button of host.querySelectorAll('[data-waits]'))
        button.setAttribute('aria-disabled', String(isRunning))
    }),
}))

/** `<demo-answer>`: the conversation, which the framework renders into it. It stays at its end, unless the user scrolls up. */
customElements.define(
  'demo-answer',
  class extends HTMLElement {
    #unsubscribe: (() => void) | undefined
    connectedCallback() {
      // It scrolls, so it must be reachable by keyboard.
      this.tabIndex = 0
      let isAtEnd = true
      this.addEventListener('scroll', () => {
        isAtEnd = this.scrollHeight - this.scrollTop - this.clientHeight < 20
      })
      const stay = () => isAtEnd && this.scrollTo(0, this.scrollHeight)
      new MutationObserver(stay).observe(this, { childList: true, characterData: true, subtree: true })
      this.setAttribute('role', 'region')
      this.#unsubscribe = texts.subscribe(({ chat: { turns } }) => this.setAttribute('aria-label', turns))
    }
    disconnectedCallback() {
      this.#unsubscribe?.()
    }
  },
)

/** `<demo-facts>`: the token and its remaining lifetime, the number of messages, and the server's report after a stop. */
defineElement('facts', (host) => ({
  markup: () => `<p class="facts"><span></span><span></span><span></span><span role="status"></span></p>`,
  subscribe({ chat: facts }) {
    const [lifetime, tokens, messageCount, report] = host.querySelectorAll('span')
    const unsubscribers = [
      now.subscribe((at) => {
        const { value, expiresAt } = token.get()
        setText(lifetime, value ? facts.token(expiresAt - at) : facts.noToken)
      }),
      token.subscribe(({ count }) => setText(tokens, facts.tokens(count))),
      monitors.chat.stats.subscribe(({ messages }) => setText(messageCount, facts.messages(messages))),
      serverReport.subscribe((result) =>
        setText(report, result ? facts.report[result.end](result.sent, result.of) : ''),
      ),
    ]
    return () => unsubscribers.forEach((unsubscribe) => unsubscribe())
  },
}))
