import type { Page as PageProps, ViewProps } from 'conformance'
import { formatSnapshot } from 'conformance/format-snapshot'
import { type Snapshot, StreamScope, useEventSource, useEventStream } from '../src/index.ts'

/** Test page of the conformance suite. */
export function Page({ views = [], scopes = [] }: PageProps) {
  return (
    <div>
      {views.map((view, index) => (
        <View key={index} view={view} />
      ))}
      {scopes.map((group, index) => (
        <StreamScope key={index}>
          <Page views={group} />
        </StreamScope>
      ))}
    </div>
  )
}

function View({ view }: { view: ViewProps }) {
  return view.stream ? <ExistingStream view={view} stream={view.stream} /> : <OwnStream view={view} />
}

function OwnStream({ view }: { view: ViewProps }) {
  return <SnapshotView view={view} snapshot={useEventSource(view.url, view.options)} />
}

function ExistingStream({ view, stream }: { view: ViewProps; stream: NonNullable<ViewProps['stream']> }) {
  return <SnapshotView view={view} snapshot={useEventStream(stream)} />
}

function SnapshotView({ view, snapshot }: { view: ViewProps; snapshot: Snapshot<unknown> }) {
  return (
    <>
      <p>{formatSnapshot(snapshot, view)}</p>
      <button className="open" onClick={snapshot.open} />
      <button className="close" onClick={snapshot.close} />
    </>
  )
}
