import { createEventSource } from '@headwater/solid'
import { render } from 'solid-js/web'

function View(props) {
  const stream = createEventSource(props.url, { fold: props.fold })
  return <p>{props.text(stream.data)}</p>
}

export function mount(target, props) {
  render(() => <View {...props} />, target)
}
