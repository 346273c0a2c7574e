import { history, json, keyed, type MessageOf, type Snapshot, useEventSource } from '@headwater/react'
import { anthropic } from '@headwater/react/llm'
import * as demo from 'demo-shared'
import { StrictMode, useEffect, useMemo, useSyncExternalStore } from 'react'
import { createRoot } from 'react-dom/client'

const use = <Value,>(store: { get(): Value; listen(listener: () => void): () => void }) =>
  useSyncExternalStore(store.listen, store.get)

function Connection({ stream, isAnswer = false }: { stream: Snapshot<unknown>; isAnswer?: boolean }) {
  const { status, detail, label, disabled, act } = demo.describe(stream, use(demo.texts), isAnswer)
  const { seconds, fraction } = demo.countDown(stream, use(demo.now))
  return (
    <div className="connection">
      <span className="status" data-status={stream.status}>
        {status}
      </span>
      <span className="count-down" hidden={!seconds}>
        {seconds}
        <i style={{ transform: `scaleX(${fraction})` }} />
      </span>
      <button type="button" aria-disabled={disabled} onClick={act}>
        {label}
      </button>
      <p role="status">{detail}</p>
    </div>
  )
}

function Market() {
  const events = demo.quoteEvents
  const { data: quotes } = useEventSource(demo.api('market'), {
    ...demo.marketOptions,
    events,
    fold: keyed((message: MessageOf<typeof events>) => message.data.symbol),
    onMessage: demo.onQuote,
  })
  useEffect(() => demo.monitors.market.countRender())
  return (
    <section className="card" aria-labelledby="market">
      <demo-title of="market" />
      <demo-rates />
      <div className="cells" role="img" aria-label={use(demo.texts).market.grid} onClick={demo.selectSymbol}>
        {demo.symbols.map((symbol) => (
          <span key={symbol} data-symbol={symbol} data-trend={demo.trendOf(quotes.get(symbol))}>
            {symbol}
            <b>{quotes.get(symbol)?.data.price}</b>
          </span>
        ))}
      </div>
      <demo-chart />
    </section>
  )
}

function Weather() {
  // Same URL and request as in Market: both components share one connection.
  const market = useEventSource(demo.api('market'), { ...demo.marketOptions, select: () => 0 })
  return (
    <section className="card" aria-labelledby="weather">
      <demo-title of="weather" />
      <demo-weather-actions />
      <Connection stream={market} />
      <demo-time-line />
      <demo-proof of="market" />
    </section>
  )
}

function News() {
  const language = use(demo.language)
  const options = useMemo(() => demo.newsOptions(language), [language])
  const events = { story: json<demo.Story>(), correction: json<demo.Story>() }
  const news = useEventSource(demo.newsUrl(language), { ...options, events, fold: history(8) })
  return (
    <section className="card" aria-labelledby="news">
      <demo-title of="news" />
      <Connection stream={news} />
      <ol className="stories">
        {news.data.toReversed().map(({ data }, index) => (
          <li key={index}>
            <time>{demo.formatTime(data)}</time>
            <span>{data.headline}</span>
          </li>
        ))}
      </ol>
      <demo-proof of="news" />
      <demo-tabs />
    </section>
  )
}

function Chat() {
  const [chat, texts, { url, options }] = [use(demo.chat), use(demo.texts), use(demo.answerStream)]
  const answer = useEventSource(url, { ...options, fold: anthropic() })
  return (
    <section className="card" aria-labelledby="chat">
      <demo-title of="chat" />
      <demo-question />
      <Connection stream={answer} isAnswer />
      <demo-answer>
        {demo.rowsOf(chat, answer.data, texts).map(({ key, kind, label, text, url: source }) => (
          <p key={key} data-kind={kind}>
            <b>{label}</b> <a href={source}>{text}</a>
          </p>
        ))}
      </demo-answer>
      <demo-facts />
    </section>
  )
}

createRoot(document.getElementById('app')!).render(
  <StrictMode>
    <Market />
    <Weather />
    <News />
    <Chat />
  </StrictMode>,
)
