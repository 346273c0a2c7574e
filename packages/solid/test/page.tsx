import type { Page as PageProps, ViewProps } from 'conformance'
import { formatSnapshot } from 'conformance/format-snapshot'
import { Index } from 'solid-js'
import { createEventSource, fromEventStream, StreamScope } from '../src/index.ts'

/** Test page of the conformance suite. */
export function Page(props: PageProps) {
  return (
    <div>
      <Index each={props.views}>{(view) => <View view={view()} />}</Index>
      <Index each={props.scopes}>
        {(group) => (
          <StreamScope>
            <Page views={group()} />
          </StreamScope>
        )}
      </Index>
    </div>
  )
}

function View(props: { view: ViewProps }) {
  const { stream } = props.view
  const snapshot = stream
    ? fromEventStream(stream)
    : createEventSource(
        () => props.view.url,
        () => props.view.options ?? {},
      )
  return (
    <>
      <p>{formatSnapshot(snapshot, props.view)}</p>
      <button class="open" onClick={() => snapshot.open()} />
      <button class="close" onClick={() => snapshot.close()} />
    </>
  )
}
