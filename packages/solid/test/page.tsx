import type { Ask, Page as Asks } from 'conformance'
import { show } from 'conformance/show'
import { Index } from 'solid-js'
import { createEventSource, fromEventStream, StreamScope } from '../src/index.ts'

/** The page of the conformance suite. */
export function Page(props: Asks) {
  return (
    <div>
      <Index each={props.asks}>{(ask) => <View ask={ask()} />}</Index>
      <Index each={props.scopes}>
        {(group) => (
          <StreamScope>
            <Page asks={group()} />
          </StreamScope>
        )}
      </Index>
    </div>
  )
}

function View(props: { ask: Ask }) {
  const { stream } = props.ask
  const snapshot = stream
    ? fromEventStream(stream)
    : createEventSource(
        () => props.ask.url,
        () => props.ask.options ?? {},
      )
  return (
    <>
      <p>{show(props.ask, snapshot)}</p>
      <button class="open" onClick={() => snapshot.open()} />
      <button class="close" onClick={() => snapshot.close()} />
    </>
  )
}
