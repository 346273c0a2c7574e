import { history, json, keyed, type MessageOf, type Snapshot, text, useEventSource } from '@headwater/react'
import * as demo from 'demo-shared'
import { StrictMode, useEffect, useMemo, useSyncExternalStore } from 'react'
import { createRoot } from 'react-dom/client'

const use = <Value,>(store: { get(): Value; listen(listener: () => void): () => void }) =>
  useSyncExternalStore(store.listen, store.get)

function Connection({ stream, asks = false }: { stream: Snapshot<unknown>; asks?: boolean }) {
  const { status, account, step, idle, act } = demo.describe(stream, use(demo.words), asks)
  const { seconds, share } = demo.countDown(stream, use(demo.now))
  return (
    <div className="connection">
      <span className="status" data-status={stream.status}>
        {status}
      </span>
      <span className="count-down" hidden={!seconds}>
        {seconds}
        <i style={{ transform: `scaleX(${share})` }} />
      </span>
      <button type="button" aria-disabled={idle} onClick={act}>
        {step}
      </button>
      <p role="status">{account}</p>
    </div>
  )
}

function Market() {
  const events = demo.quoteEvents
  const { data: quotes } = useEventSource(demo.api('market'), {
    ...demo.connection,
    events,
    fold: keyed((message: MessageOf<typeof events>) => message.data.symbol),
    onMessage: demo.onQuote,
  })
  useEffect(() => demo.watches.market.rendered())
  return (
    <section className="card" aria-labelledby="market">
      <demo-title of="market" />
      <demo-rates />
      <div className="cells" role="img" aria-label={use(demo.words).market.grid} onClick={demo.choose}>
        {demo.symbols.map((symbol) => (
          <span key={symbol} data-symbol={symbol} data-look={demo.look(quotes.get(symbol))}>
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
  // The market's own connection: components that ask for the same stream share it.
  const market = useEventSource(demo.api('market'), { ...demo.connection, select: () => 0 })
  return (
    <section className="card" aria-labelledby="weather">
      <demo-title of="weather" />
      <demo-orders />
      <Connection stream={market} />
      <demo-time-line />
      <demo-proof of="market" />
    </section>
  )
}

function News() {
  const language = use(demo.language)
  const { url, ...feed } = useMemo(() => demo.openNews(language), [language])
  const events = { story: json<demo.Story>(), correction: json<demo.Story>() }
  const news = useEventSource(url, { ...feed, events, fold: history(8) })
  return (
    <section className="card" aria-labelledby="news">
      <demo-title of="news" />
      <Connection stream={news} />
      <ol className="stories">
        {news.data.toReversed().map(({ data }, place) => (
          <li key={place}>
            <time>{demo.timeOf(data)}</time>
            <span>{data.headline}</span>
          </li>
        ))}
      </ol>
      <demo-proof of="news" />
    </section>
  )
}

function Chat() {
  const { chat } = use(demo.words)
  const question = use(demo.question)
  const answer = useEventSource(question.number ? demo.api('chat?resumable') : null, {
    method: 'POST',
    headers: demo.bearer,
    body: demo.bodyOf(question.text),
    key: question.number,
    until: demo.isDone,
    fold: text(demo.wordIn),
    onMessage: demo.watches.chat.onMessage,
  })
  return (
    <section className="card" aria-labelledby="chat">
      <demo-title of="chat" />
      <demo-question />
      <Connection stream={answer} asks />
      <p className="answer" data-empty={!answer.data}>
        {answer.data || chat.empty}
      </p>
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
