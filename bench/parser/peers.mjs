// Contenders that also run in a page; peers-in-node.mjs has the others. Each one parses the chunks of a workload and passes
// the data of each message to `sink`, through its public entry point if it has one.
import { copyMessage } from '@headwater/core'
import { createParserStream, createParser as headwater } from '@headwater/core/parser'
import { createSseStream } from '@azure/core-sse'
import { getLines, getMessages } from '@microsoft/fetch-event-source/lib/esm/parse.js'
import { createParser } from 'eventsource-parser'
import { EventSourceParserStream } from 'eventsource-parser/stream'
import { events } from 'fetch-event-stream'
import { parseServerSentEvents } from 'parse-sse'
import { BASE, COPYING, OURS } from './names.mjs'

// Above the largest message of the workloads, 32 MiB. The others have no limit.
const maxMessageLength = 2 ** 26

export function streamOf(chunks) {
  let index = 0
  return new ReadableStream({
    pull(controller) {
      if (index < chunks.length) controller.enqueue(chunks[index++])
      else controller.close()
    },
  })
}

async function drain(stream, sink) {
  const reader = stream.getReader()
  for (let next = await reader.read(); !next.done; next = await reader.read()) sink(next.value.data)
}

// Measured in its own process: it runs the same code as the first contender and would change how the engine optimizes it.
export const copying = {
  name: COPYING,
  run(chunks, sink) {
    const parser = headwater({ onMessage: (message) => sink(copyMessage(message).data), maxMessageLength })
    for (const chunk of chunks) parser.feed(chunk)
  },
}

export const peers = [
  {
    name: OURS,
    run(chunks, sink) {
      const parser = headwater({ onMessage: (message) => sink(message.data), maxMessageLength })
      for (const chunk of chunks) parser.feed(chunk)
    },
  },
  {
    name: BASE,
    run(chunks, sink) {
      const decoder = new TextDecoder()
      const parser = createParser({ onEvent: (event) => sink(event.data) })
      for (const chunk of chunks) parser.feed(decoder.decode(chunk, { stream: true }))
    },
  },
  {
    name: '@microsoft/fetch-event-source',
    run(chunks, sink) {
      const lines = getLines(
        getMessages(
          () => {},
          () => {},
          // This parser also emits a message for each block without data.
          (message) => message.data !== '' && sink(message.data),
        ),
      )
      for (const chunk of chunks) lines(chunk)
    },
  },
  {
    name: 'headwater, its stream',
    slow: true,
    run: (chunks, sink) =>
      drain(streamOf(chunks).pipeThrough(createParserStream({ maxMessageLength })), sink),
  },
  {
    name: 'eventsource-parser, its stream',
    slow: true,
    run: (chunks, sink) =>
      drain(
        streamOf(chunks).pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream()),
        sink,
      ),
  },
  {
    name: '@azure/core-sse',
    slow: true,
    async run(chunks, sink) {
      for await (const event of createSseStream(streamOf(chunks))) if (event.data !== '') sink(event.data)
    },
  },
  {
    name: 'fetch-event-stream',
    slow: true,
    async run(chunks, sink) {
      for await (const event of events(new Response(streamOf(chunks))))
        if (event.data !== undefined) sink(event.data)
    },
  },
  {
    name: 'parse-sse',
    slow: true,
    async run(chunks, sink) {
      const response = new Response(streamOf(chunks), { headers: { 'content-type': 'text/event-stream' } })
      for await (const event of parseServerSentEvents(response)) sink(event.data)
    },
  },
  {
    name: 'floor: TextDecoder alone',
    floor: true,
    run(chunks) {
      const decoder = new TextDecoder()
      for (const chunk of chunks) decoder.decode(chunk, { stream: true })
    },
  },
  {
    name: 'floor: TextDecoder and one indexOf',
    floor: true,
    run(chunks, sink) {
      const decoder = new TextDecoder()
      let seen = 0
      for (const chunk of chunks) seen += decoder.decode(chunk, { stream: true }).indexOf('\0')
      if (seen > 0) sink('')
    },
  },
  {
    // Not a parser: it treats each block as one line of data. A real parser can hardly be faster on short messages with LF.
    name: 'floor: cut at each blank line',
    floor: true,
    run(chunks, sink) {
      const decoder = new TextDecoder()
      let rest = ''
      for (const chunk of chunks) {
        const text = rest + decoder.decode(chunk)
        let start = 0
        for (let end; (end = text.indexOf('\n\n', start)) >= 0; start = end + 2)
          sink(text.slice(start + 6, end))
        rest = text.slice(start)
      }
    },
  },
]
