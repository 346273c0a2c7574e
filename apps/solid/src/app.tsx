import { createEventSource, history, json, keyed, text } from '@headwater/solid'
import type { MessageOf, Snapshot } from '@headwater/solid'
import * as demo from 'demo-shared'
import { createEffect, createMemo, For, from, Index } from 'solid-js'
import { render } from 'solid-js/web'

const words = from(demo.words, demo.words.get())
const now = from(demo.now, demo.now.get())
const language = from(demo.language, demo.language.get())
const question = from(demo.question, demo.question.get())

function Connection(props: { stream: Snapshot<unknown>; asks?: boolean }) {
  const said = createMemo(() => demo.describe(props.stream, words(), props.asks))
  const left = () => demo.countDown(props.stream, now())
  return (
    <div class="connection">
      <span class="status" data-status={props.stream.status} textContent={said().status} />
      <span class="count-down" hidden={!left().seconds}>
        {left().seconds}
        <i style={{ transform: `scaleX(${left().share})` }} />
      </span>
      <button
        type="button"
        aria-disabled={said().idle}
        onClick={() => said().act()}
        textContent={said().step}
      />
      <p role="status">{said().account}</p>
    </div>
  )
}

function Market() {
  const quotes = createEventSource(demo.api('market'), {
    ...demo.connection,
    events: demo.quoteEvents,
    fold: keyed((message: MessageOf<typeof demo.quoteEvents>) => message.data.symbol),
    onMessage: demo.onQuote,
  })
  createEffect(() => demo.watches.market.rendered(quotes.data))
  return (
    <section class="card" aria-labelledby="market">
      <demo-title of="market" />
      <demo-rates />
      <div class="cells" role="img" aria-label={words().market.grid} onClick={demo.choose}>
        <For each={demo.symbols}>
          {(symbol) => (
            <span data-symbol={symbol} data-look={demo.look(quotes.data.get(symbol))}>
              {symbol}
              <b>{quotes.data.get(symbol)?.data.price}</b>
            </span>
          )}
        </For>
      </div>
      <demo-chart />
    </section>
  )
}

function Weather() {
  // The market's own connection: components that ask for the same stream share it.
  const market = createEventSource(demo.api('market'), { ...demo.connection, select: () => 0 })
  return (
    <section class="card" aria-labelledby="weather">
      <demo-title of="weather" />
      <demo-orders />
      <Connection stream={market} />
      <demo-time-line />
      <demo-proof of="market" />
    </section>
  )
}

function News() {
  const events = { story: json<demo.Story>(), correction: json<demo.Story>() }
  const feed = createMemo(() => demo.openNews(language()))
  const news = createEventSource(
    () => feed().url,
    () => ({ ...feed(), events, fold: history(8) }),
  )
  return (
    <section class="card" aria-labelledby="news">
      <demo-title of="news" />
      <Connection stream={news} />
      <ol class="stories">
        <Index each={news.data.toReversed()}>
          {(story) => (
            <li>
              <time>{demo.timeOf(story().data)}</time>
              <span>{story().data.headline}</span>
            </li>
          )}
        </Index>
      </ol>
      <demo-proof of="news" />
    </section>
  )
}

function Chat() {
  const answer = createEventSource(
    () => (question().number ? demo.api('chat?resumable') : null),
    () => ({
      method: 'POST',
      headers: demo.bearer,
      body: demo.bodyOf(question().text),
      key: question().number,
      until: demo.isDone,
      fold: text(demo.wordIn),
      onMessage: demo.watches.chat.onMessage,
    }),
  )
  return (
    <section class="card" aria-labelledby="chat">
      <demo-title of="chat" />
      <demo-question />
      <Connection stream={answer} asks />
      <p class="answer" data-empty={!answer.data} textContent={answer.data || words().chat.empty} />
      <demo-facts />
    </section>
  )
}

render(
  () => <For each={[Market, Weather, News, Chat]}>{(Part) => <Part />}</For>,
  document.getElementById('app')!,
)
