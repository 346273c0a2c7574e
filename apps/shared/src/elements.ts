import { ask, serverSaw, token } from './chat.ts'
import { showChart } from './chart.ts'
import { defineElement, write } from './element.ts'
import type { Words } from './english.ts'
import { chosen, symbols } from './market.ts'
import { now } from './now.ts'
import { type Account, watches } from './watch.ts'
import { command, lastOrder, orders } from './weather.ts'

const number = (value: number) => value.toLocaleString('en')

/** `<demo-title of="…">`: what a card is called, and what it is about. */
defineElement('title', (host) => {
  const name = host.getAttribute('of') as 'market'
  return {
    markup: ({ [name]: { title, lead } }) => `<h2 id="${name}">${title}</h2><p class="lead">${lead}</p>`,
  }
})

/** `<demo-rates>`: messages, renders and frames a second. */
defineElement('rates', (host) => ({
  markup: ({ market }) =>
    `<dl class="numbers">${[market.messages, market.renders, market.frames]
      .map((label) => `<div><dt>${label}</dt><dd>0</dd></div>`)
      .join('')}</dl>`,
  follow: () =>
    watches.market.account.subscribe(({ messagesPerSecond, rendersPerSecond, framesPerSecond }) => {
      const values = [messagesPerSecond, rendersPerSecond, framesPerSecond]
      for (const [index, element] of host.querySelectorAll('dd').entries())
        write(element, number(values[index] ?? 0))
    }),
}))

/** `<demo-chart>`: the last minute of the symbol that is chosen here, or by a click on its cell. */
defineElement('chart', (host) => ({
  markup: ({ market }) =>
    `<label class="charted">${market.chart} <select>${symbols
      .map((symbol) => `<option>${symbol}</option>`)
      .join('')}</select></label><div class="chart" role="img" aria-label="${market.chart}"></div>`,
  follow() {
    const select = host.querySelector('select')!
    select.addEventListener('change', () => chosen.set(select.value))
    const unsubscribe = chosen.subscribe((symbol) => (select.value = symbol))
    const end = showChart(host.querySelector<HTMLElement>('.chart')!)
    return () => {
      unsubscribe()
      end()
    }
  },
}))

/** `<demo-orders>`: the buttons that break the network. */
defineElement('orders', (host) => ({
  markup: ({ weather }) =>
    `<div class="orders">${orders
      .map((order) => {
        const [label, effect] = weather.orders[order]
        return `<button type="button" data-order="${order}" aria-describedby="effect-${order}" title="${effect}">${label}</button><span hidden id="effect-${order}">${effect}</span>`
      })
      .join('')}</div><p class="said" role="status"></p>`,
  ready() {
    for (const order of orders)
      host.querySelector(`[data-order=${order}]`)?.addEventListener('click', () => void command(order))
  },
  follow: ({ weather }) =>
    lastOrder.subscribe((order) => {
      const said =
        order && (order === 'unreachable' ? weather.unreachable : weather.did(weather.orders[order][1] ?? ''))
      write(host.querySelector('.said'), said ?? weather.hint)
    }),
}))

/** `<demo-time-line>`: the states of the last minute, and the last steps of the machine. */
defineElement('time-line', (host) => ({
  markup: ({ weather }) =>
    `<div class="strip" role="img" aria-label="${weather.strip}"></div><ol class="log" aria-label="${weather.log}"></ol>`,
  follow(words) {
    let shown: Account['entries'] | undefined
    return watches.market.account.subscribe(({ strip, entries }) => {
      host.querySelector<HTMLElement>('.strip')!.style.background = strip
      if (entries === shown) return
      shown = entries
      host.querySelector('.log')!.replaceChildren(...entries.map((entry) => lineOf(entry, words)))
    })
  },
}))

function lineOf({ time, input, status, note }: Account['entries'][number], words: Words): HTMLElement {
  const line = document.createElement('li')
  for (const [name, text] of [
    ['time', time],
    ['span', `${input} → `],
    ['small', note],
  ] as const)
    line.appendChild(document.createElement(name)).textContent = text
  const state = document.createElement('b')
  state.dataset['status'] = status
  state.textContent = words.status[status]
  line.querySelector('span')?.append(state)
  return line
}

/** `<demo-proof of="…">`: the books on a stream, and what they prove. */
defineElement('proof', (host) => ({
  markup: ({ weather: { books } }) =>
    `<dl class="numbers">${Object.entries(books)
      .map(([name, label]) => `<div><dt>${label}</dt><dd data-book="${name}">0</dd></div>`)
      .join('')}</dl><p class="proof"></p>`,
  follow: ({ weather }) =>
    watches[host.getAttribute('of') as keyof typeof watches].account.subscribe((account) => {
      const { first, last, missing, repeated } = account
      for (const element of host.querySelectorAll<HTMLElement>('[data-book]'))
        write(element, number(account[element.dataset['book'] as 'messages']))
      const whole = missing + repeated === 0
      const proof = host.querySelector<HTMLElement>('.proof')!
      proof.dataset['whole'] = String(whole)
      const say = whole ? weather.whole : weather.torn
      write(proof, first === undefined || last === undefined ? weather.none : say(first, last))
    }),
}))

/** `<demo-question>`: where a question is written, or chosen, and asked. */
defineElement('question', (host) => ({
  markup: ({ chat }) =>
    `<form class="question"><input name="question" autocomplete="off" aria-label="${chat.label}" value="${chat.prompts[0]}" required /><button>${chat.ask}</button></form><div class="prompts">${chat.prompts
      .map((prompt) => `<button type="button">${prompt}</button>`)
      .join('')}</div>`,
  ready() {
    const input = host.querySelector('input')!
    host.querySelector('form')!.addEventListener('submit', (submission) => {
      submission.preventDefault()
      ask(input.value)
    })
    for (const button of host.querySelectorAll<HTMLElement>('.prompts button'))
      button.addEventListener('click', () => ask((input.value = button.textContent)))
  },
}))

/** `<demo-facts>`: the token and how long it lasts, the words that came, and what the server saw of a stop. */
defineElement('facts', (host) => ({
  markup: () => `<p class="facts"><span></span><span></span><span></span><span role="status"></span></p>`,
  follow({ chat }) {
    const [life, tokens, words, saw] = host.querySelectorAll('span')
    const ends = [
      now.subscribe((at) => {
        const { value, expiresAt } = token.get()
        write(life, value ? chat.token(expiresAt - at) : chat.noToken)
      }),
      token.subscribe(({ count }) => write(tokens, chat.tokens(count))),
      watches.chat.account.subscribe(({ messages }) => write(words, chat.words(messages))),
      serverSaw.subscribe((account) => {
        const say = account && chat.saw[account.end]
        write(saw, typeof say === 'function' ? say(account?.sent ?? 0, account?.of ?? 0) : (say ?? ''))
      }),
    ]
    return () => ends.forEach((end) => end())
  },
}))
