import type { Page as PageProps, ViewProps } from 'conformance'
import { formatSnapshot } from 'conformance/format-snapshot'
import { createEffect, createSignal, Index, on, Show } from 'solid-js'
import { createEventSource, fromEventStream, type StreamDefaults, StreamScope } from '../src/index.ts'

/** Test page of the conformance suite. */
export function Page(props: PageProps) {
  const defaults = () => props.defaults ?? []
  return (
    <div>
      <Index each={props.views}>{(view) => <View view={view()} />}</Index>
      <Index each={props.scopes}>{(group) => <Scope views={group()} defaults={defaults()} />}</Index>
    </div>
  )
}

function Scope(props: { views: readonly ViewProps[]; defaults: readonly StreamDefaults[] }) {
  const inner = () => props.defaults.slice(1)
  return (
    <StreamScope defaults={props.defaults[0]}>
      <Show when={inner().length > 0} fallback={<Page views={props.views} />}>
        <Scope views={props.views} defaults={inner()} />
      </Show>
    </StreamScope>
  )
}

function View(props: { view: ViewProps }) {
  const { stream } = props.view
  const [count, setCount] = createSignal(0)
  const snapshot = stream
    ? fromEventStream(stream)
    : createEventSource(
        () => (props.view.changingUrl ? props.view.changingUrl(count()) : props.view.url),
        () => props.view.options ?? {},
      )
  createEffect(on([() => snapshot.status, () => snapshot.data], () => setCount((count) => count + 1)))
  return (
    <>
      <p>{formatSnapshot(snapshot, props.view)}</p>
      <button class="open" onClick={() => snapshot.open()} />
      <button class="close" onClick={() => snapshot.close()} />
    </>
  )
}
