import { type Ask, type Page as Asks } from 'conformance'
import { show } from 'conformance/show'
import { StreamScope, useEventSource, useEventStream } from '../src/index.ts'

/** The page of the conformance suite. */
export function Page({ asks = [], scopes = [] }: Asks) {
  return (
    <div>
      {asks.map((ask, index) => (
        <View key={index} ask={ask} />
      ))}
      {scopes.map((group, index) => (
        <StreamScope key={index}>
          <Page asks={group} />
        </StreamScope>
      ))}
    </div>
  )
}

function View({ ask }: { ask: Ask }) {
  return ask.stream ? <Elsewhere ask={ask} stream={ask.stream} /> : <Own ask={ask} />
}

function Own({ ask }: { ask: Ask }) {
  return <Shown ask={ask} snapshot={useEventSource(ask.url, ask.options)} />
}

function Elsewhere({ ask, stream }: { ask: Ask; stream: NonNullable<Ask['stream']> }) {
  return <Shown ask={ask} snapshot={useEventStream(stream)} />
}

function Shown({ ask, snapshot }: { ask: Ask; snapshot: Parameters<typeof show>[1] }) {
  return (
    <>
      <p>{show(ask, snapshot)}</p>
      <button className="open" onClick={snapshot.open} />
      <button className="close" onClick={snapshot.close} />
    </>
  )
}
