// The readers of the chaos test that run in Node, all in one process: those of core, and those of `eventsource`.
import { createEventStream, type EventStream } from '@headwater/core'
import { EventSource as NodeEventSource } from 'eventsource'
import { type Checker, createChecker, readNatively } from './checker.ts'

const [url, ours, others] = process.argv.slice(2) as [string, string, string]
const seen = new Map<string, number>()
const checkers: Checker[] = []

function readWithCore(readerUrl: string, checker: Checker): void {
  const stream: EventStream<string | undefined> = createEventStream(readerUrl, {
    onGap: (gap) => checker.onGap(stream.getSnapshot().lastEventId, JSON.stringify(gap)),
    retry: { capMs: 500 },
  })
  stream.onMessage(({ id, data }) => checker.onMessage(id, data))
}

for (let index = 0; index < Number(ours) + Number(others); index++) {
  const isOurs = index < Number(ours)
  const checker = createChecker(`${isOurs ? 'core' : 'eventsource'} ${index}`, seen)
  checkers.push(checker)
  const readerUrl = `${url}?reader=${index}`
  if (isOurs) readWithCore(readerUrl, checker)
  else readNatively(NodeEventSource as unknown as typeof EventSource, readerUrl, checker)
}

process.on('message', (question: 'progress' | 'verdicts') => {
  if (question === 'progress') process.send!(Math.min(...checkers.map(({ last }) => last)))
  else process.send!({ verdicts: checkers.map((checker) => checker.verdict()), seen: [...seen] })
})
process.on('disconnect', () => process.exit())
process.send!('ready')
