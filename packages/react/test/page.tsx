import type { Page as PageProps, ViewProps } from 'conformance'
import { formatSnapshot } from 'conformance/format-snapshot'
import {
  type Snapshot,
  type StreamDefaults,
  StreamScope,
  useEventSource,
  useEventStream,
} from '../src/index.ts'

/** Test page of the conformance suite. */
export function Page({ views = [], scopes = [], defaults = [] }: PageProps) {
  return (
    <div>
      {views.map((view, index) => (
        <View key={index} view={view} />
      ))}
      {scopes.map((group, index) => (
        <Scope key={index} views={group} defaults={defaults} />
      ))}
    </div>
  )
}

function Scope({
  views,
  defaults: [own, ...inner],
}: {
  views: readonly ViewProps[]
  defaults: readonly StreamDefaults[]
}) {
  return (
    <StreamScope {...(own && { defaults: own })}>
      {inner.length > 0 ? <Scope views={views} defaults={inner} /> : <Page views={views} />}
    </StreamScope>
  )
}

function View({ view }: { view: ViewProps }) {
  return view.stream ? <ExistingStream view={view} stream={view.stream} /> : <OwnStream view={view} />
}

function OwnStream({ view }: { view: ViewProps }) {
  const url = view.changingUrl ? view.changingUrl() : view.url
  return <SnapshotView view={view} snapshot={useEventSource(url, view.options)} />
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
