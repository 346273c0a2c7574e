import { News } from './news.tsx'
import { Ticker } from './ticker.tsx'
import { Weather } from './weather.tsx'

export function App() {
  return (
    <main>
      <header className="intro">
        <p className="mark">
          <img src="/favicon.svg" alt="" width="28" height="28" /> Headwater <span>in React</span>
        </p>
        <h1>Break the stream. Watch it come back whole.</h1>
        <p>
          Whatever happens to the connection, no message is lost and none comes twice. Each has a number, so
          that it can be proven.
        </p>
      </header>
      <Weather />
      <div className="streams">
        <Ticker />
        <News />
      </div>
    </main>
  )
}
