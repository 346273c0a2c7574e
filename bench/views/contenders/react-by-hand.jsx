// A common hand-written hook: one setState per message.
import { useEffect, useState } from 'react'
import { createRoot } from 'react-dom/client'

function useMessages(url, { begin, next, tick }) {
  const [state, setState] = useState(begin)
  useEffect(() => {
    const source = new EventSource(url)
    source.addEventListener('message', (event) => {
      tick()
      setState((state) => next(state, { id: event.lastEventId, data: event.data }))
    })
    return () => source.close()
  }, [url, next, tick])
  return state
}

function View({ url, byHand, text }) {
  return <p>{text(useMessages(url, byHand))}</p>
}

export function mount(target, props) {
  createRoot(target).render(<View {...props} />)
}
