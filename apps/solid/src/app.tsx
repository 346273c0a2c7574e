import { createEventSource, history, json, keyed, type MessageOf, type Snapshot } from '@headwater/solid'
import { anthropic } from '@headwater/solid/llm'
import * as demo from 'demo-shared'
import { createEffect, createMemo, For, from, Index } from 'solid-js'
import { render } from 'solid-js/web'

const texts = from(demo.texts, demo.texts.get())
const now = from(demo.now, demo.now.get())
const language = from(demo.language, demo.language.get())
const chat = from(demo.chat, demo.chat.get())
const stream = from(demo.answerStream, demo.answerStream.get())

function Connection(props: { stream: Snapshot<unknown>; isAnswer?: boolean }) {
  const info = createMemo(() => demo.describe(props.stream, texts(), props.isAnswer))
  const countDown = () => demo.countDown(props.stream, now())
  return (
    <div class="connection">
      <span class="status" data-status={props.stream.status} textContent={info().status} />
      <span class="count-down" hidden={!countDown().seconds}>
        {countDown().seconds}
        <i style={{ transform: `scaleX(${countDown().fraction})` }} />
      </span>
      <button
        type="button"
        aria-disabled={info().disabled}
        onClick={() => info().act()}
        textContent={info().label}
      />
      <p role="status">{info().detail}</p>
    </div>
  )
}

function Market() {
  const quotes = createEventSource(demo.api('market'), {
    ...demo.marketOptions,
    events: demo.quoteEvents,
    fold: keyed((message: MessageOf<typeof demo.quoteEvents>) => message.data.symbol),
    onMessage: demo.onQuote,
  })
  createEffect(() => demo.monitors.market.countRender(quotes.data))
  return (
    <section class="card" aria-labelledby="market">
      <demo-title of="market" />
      <demo-rates />
      <div class="cells" role="img" aria-label={texts().market.grid} onClick={demo.selectSymbol}>
        <For each={demo.symbols}>
          {(symbol) => (
            <span data-symbol={symbol} data-trend={demo.trendOf(quotes.data.get(symbol))}>
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
  // Same URL and request as in Market: both components share one connection.
  const market = createEventSource(demo.api('market'), { ...demo.marketOptions, select: () => 0 })
  return (
    <section class="card" aria-labelledby="weather">
      <demo-title of="weather" />
      <demo-weather-actions />
      <Connection stream={market} />
      <demo-time-line />
      <demo-proof of="market" />
    </section>
  )
}

function News() {
  const events = { story: json<demo.Story>(), correction: json<demo.Story>() }
  const options = createMemo(() => demo.newsOptions(language()))
  const news = createEventSource(
    () => demo.newsUrl(language()),
    () => ({ ...options(), events, fold: history(8) }),
  )
  return (
    <section class="card" aria-labelledby="news">
      <demo-title of="news" />
      <Connection stream={news} />
      <ol class="stories">
        <Index each={news.data.toReversed()}>
          {(story) => (
            <li>
              <time>{demo.formatTime(story().data)}</time>
              <span>{story().data.headline}</span>
            </li>
          )}
        </Index>
      </ol>
      <demo-proof of="news" />
      <demo-tabs />
    </section>
  )
}

function Chat() {
  const options = () => ({ ...stream().options, fold: anthropic() })
  const answer = createEventSource(() => stream().url, options)
  return (
    <section class="card" aria-labelledby="chat">
      <demo-title of="chat" />
      <demo-question />
      <Connection stream={answer} isAnswer />
      <demo-answer>
        <Index each={demo.rowsOf(chat(), answer.data, texts())}>
          {(row) => (
            <p data-kind={row().kind}>
              <b>{row().label}</b> <a href={row().url}>{row().text}</a>
            </p>
          )}
        </Index>
      </demo-answer>
      <demo-facts />
    </section>
  )
}

render(
  () => <For each={[Market, Weather, News, Chat]}>{(Part) => <Part />}</For>,
  document.getElementById('app')!,
)
