import { useState } from 'react'
import { api } from './visitor.ts'

const kinds = [
  {
    order: { do: 'drop' },
    label: 'Drop now',
    effect: 'Cuts both streams in mid-message.',
    done: 'The server has cut both streams.',
  },
  {
    order: { do: 'silence', forMs: 10_000 },
    label: 'Go silent',
    effect: 'Open, but nothing comes for 10\u00a0s.',
    done: 'The server is silent for 10\u00a0s.',
  },
  {
    order: { do: 'refuse' },
    label: 'Refuse 5\u00a0s',
    effect: 'Cuts both, then answers 503.',
    done: 'The server refuses for 5\u00a0s.',
  },
  {
    order: { do: 'clear' },
    label: 'Clear',
    effect: 'Ends a silence or a refusal at once.',
    done: 'The server behaves.',
  },
]

/** Buttons that make the server misbehave towards this tab, and no other. */
export function Weather() {
  const [answer, setAnswer] = useState('Or stop the server itself, and start it again.')
  async function tell(order: object, done: string) {
    try {
      await send(order)
      setAnswer(done)
    } catch (problem) {
      setAnswer(`That did not reach the server: ${(problem as Error).message}.`)
    }
  }

  return (
    <section className="weather" aria-labelledby="weather">
      <header>
        <h2 id="weather">Make the server misbehave</h2>
        <p>{answer}</p>
      </header>
      <ul>
        {kinds.map(({ order, label, effect, done }) => (
          <li key={order.do}>
            <button type="button" aria-describedby={order.do} onClick={() => void tell(order, done)}>
              {label}
            </button>
            <p id={order.do}>{effect}</p>
          </li>
        ))}
      </ul>
    </section>
  )
}

async function send(order: object): Promise<void> {
  const response = await fetch(api('weather'), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(order),
  })
  if (!response.ok) throw new Error(`it answered ${response.status}`)
}
