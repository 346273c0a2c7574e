// Contenders that do not run in a page or that import Node modules.
import { _iterSSEMessages as anthropicMessages } from '@anthropic-ai/sdk/core/streaming'
import { _iterSSEMessages as openaiMessages } from 'openai/core/streaming'
import { EventSourceStream } from 'undici/lib/web/eventsource/eventsource-stream.js'
import { streamOf } from './peers.mjs'

export const peersInNode = [
  {
    name: "undici's EventSourceStream",
    run(chunks, sink) {
      const stream = new EventSourceStream({
        eventSourceSettings: {},
        push: (event) => sink(event.options.data),
      })
      for (const chunk of chunks)
        stream._transform(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length), 'buffer', () => {})
    },
  },
  {
    name: "openai's decoder",
    slow: true,
    async run(chunks, sink) {
      for await (const event of openaiMessages(new Response(streamOf(chunks)), new AbortController()))
        sink(event.data)
    },
  },
  {
    name: "Anthropic's decoder",
    slow: true,
    async run(chunks, sink) {
      for await (const event of anthropicMessages(new Response(streamOf(chunks)), new AbortController()))
        sink(event.data)
    },
  },
]
