import { useEventSource } from '@headwater/react'
import { createRoot } from 'react-dom/client'

function View({ url, fold, text }) {
  const stream = useEventSource(url, { fold })
  return <p>{text(stream.data)}</p>
}

export function mount(target, props) {
  createRoot(target).render(<View {...props} />)
}
