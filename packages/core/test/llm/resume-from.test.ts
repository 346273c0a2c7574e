import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { chatRequest, gemini, openai, resumeFrom, type ResumableFormat } from '../../src/llm/index.ts'
import { createEventStream, type EventStreamOptions } from '../../src/index.ts'
import { waitFor } from '../connection/harness.ts'

interface Received {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

let server: Server
afterEach(() => new Promise((resolve) => (server.closeAllConnections(), server.close(resolve))))

/** Messages of an answer of the Responses API. */
const RESPONSE = [
  { type: 'response.created', response: { id: 'resp_1/a', status: 'in_progress', output: [] } },
  { type: 'response.output_item.added', output_index: 0, item: { id: 'm', type: 'message', content: [] } },
  ...['Why', ' is', ' the', ' sky', ' blue'].map((delta) => ({
    type: 'response.output_text.delta',
    item_id: 'm',
    output_index: 0,
    content_index: 0,
    delta,
  })),
  { type: 'response.completed', response: { id: 'resp_1/a', status: 'completed', output: [] } },
].map((event, index) => ({ ...event, sequence_number: index }))

/** Messages of an interaction. The names of positions are tokens. */
const INTERACTION = [
  { event_type: 'interaction.created', interaction: { id: 'v1_a', status: 'in_progress' } },
  { event_type: 'step.start', index: 0, step: { type: 'model_output' } },
  ...['Why', ' is', ' the', ' sky', ' blue'].map((text) => ({
    event_type: 'step.delta',
    index: 0,
    delta: { type: 'text', text },
  })),
  { event_type: 'step.stop', index: 0 },
  { event_type: 'interaction.completed', interaction: { id: 'v1_a', status: 'completed' } },
].map((event, index) => ({ ...event, event_id: `t:${index}` }))

const KINDS = {
  'openai-responses': {
    events: RESPONSE,
    parameter: 'starting_after',
    path: '/v1/responses/resp_1%2Fa',
    fold: openai,
  },
  'gemini-interactions': {
    events: INTERACTION,
    parameter: 'last_event_id',
    path: '/v1/responses/v1_a',
    fold: gemini,
  },
} as const
const FORMATS = Object.keys(KINDS) as ResumableFormat[]

/**
 * Starts a server that keeps its answer. Each connection breaks after the number of messages that `cuts` names for it. Returns the
 * requests that it has received.
 */
async function start(
  format: ResumableFormat,
  cuts: readonly number[],
): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = []
  const { events, parameter } = KINDS[format]
  server = createServer(async (request, response) => {
    let body = ''
    for await (const part of request.setEncoding('utf8')) body += part as string
    const { method = '', url = '', headers } = request
    received.push({ method, url, headers, body })
    const after = new URL(url, 'http://localhost').searchParams.get(parameter)
    const from = after === null ? 0 : Number(after.replace('t:', '')) + 1
    send(response, events.slice(from), cuts[received.length - 1])
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/responses`, received }
}

function send(response: ServerResponse, events: readonly object[], cut = Infinity): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.write(': hello\n\nretry: 250\n\n')
  const blocks = events.slice(0, cut).map((event) => `data: ${JSON.stringify(event)}\n\n`)
  if (cut === Infinity) return void response.end(`${blocks.join('')}data: [DONE]\n\n`)
  response.write(blocks.join(''), () => setImmediate(() => response.destroy()))
}

/** Reads an answer until it is closed. */
async function read(
  format: ResumableFormat,
  url: string,
  options: Pick<EventStreamOptions, 'initialLastEventId'> = {},
) {
  const comments: string[] = []
  const continuities: string[] = []
  const stream = createEventStream(url, {
    ...chatRequest({ model: 'a-model', input: 'Why?', background: true }),
    headers: { authorization: 'Bearer a-token', 'content-type': 'application/json' },
    fetch: resumeFrom(format),
    fold: KINDS[format].fold(),
    onComment: (comment) => comments.push(comment),
    onReconnect: ({ continuity }) => continuities.push(continuity),
    ...options,
  })
  const unsubscribe = stream.subscribe(() => undefined)
  await waitFor('the end of the answer', () => stream.getSnapshot().status === 'closed', 15_000)
  unsubscribe()
  return { snapshot: stream.getSnapshot(), comments, continuities }
}

describe.each(FORMATS)('%s', (format) => {
  test('goes on after a lost connection, and asks the model once', async () => {
    const { url, received } = await start(format, [3, 2])
    const { snapshot, comments, continuities } = await read(format, url)
    expect(snapshot).toMatchObject({
      status: 'closed',
      reason: 'ended',
      data: { text: 'Why is the sky blue' },
    })
    expect(received.map(({ method }) => method)).toEqual(['POST', 'GET', 'GET'])
    expect(continuities).toEqual(['resumed', 'resumed'])
    expect(comments).toEqual(['hello', 'hello', 'hello'])
  })

  test('asks for what comes after the last message, without the body and its type', async () => {
    const { url, received } = await start(format, [3])
    await read(format, url)
    const { path, parameter, events } = KINDS[format]
    const position = 'event_id' in events[2]! ? 't%3A2' : '2'
    expect(received[1]).toMatchObject({ url: `${path}?stream=true&${parameter}=${position}`, body: '' })
    const { headers } = received[1]!
    expect(headers.authorization).toBe('Bearer a-token')
    expect(headers).not.toHaveProperty('last-event-id')
    expect(headers).not.toHaveProperty('content-type')
  })

  test('does not send a request again that broke off before the first message', async () => {
    const { url, received } = await start(format, [0])
    const { snapshot } = await read(format, url)
    expect(snapshot).toMatchObject({ status: 'closed', reason: 'failed', error: { code: 'network' } })
    expect(received).toHaveLength(1)
  })

  test('reads an answer from its beginning after a reload', async () => {
    const { url, received } = await start(format, [])
    const id = format === 'openai-responses' ? 'resp_1' : 'v1_a'
    const { snapshot } = await read(format, url, { initialLastEventId: id })
    expect(snapshot).toMatchObject({ reason: 'ended', data: { text: 'Why is the sky blue' } })
    expect(received.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `GET /v1/responses/${id}?stream=true`,
    ])
  })
})

test('an answer that the server has forgotten fails the stream', async () => {
  server = createServer((_, response) => response.writeHead(404).end('Response not found'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/responses`
  const { snapshot } = await read('openai-responses', url, { initialLastEventId: 'resp_old' })
  expect(snapshot).toMatchObject({ reason: 'failed', error: { code: 'status', status: 404 } })
})

test('data of several lines and named messages arrive unchanged', async () => {
  const lines = `event: note\ndata: {"sequence_number":1,\ndata:  "response":{"id":"r"}}\n\ndata: \n\ndata: [DONE]\n\n`
  const send = async () => new Response(lines, { headers: { 'content-type': 'text/event-stream' } })
  const response = await resumeFrom('openai-responses', send)('http://localhost/')
  expect(await response.text()).toBe(
    'id: r 1\nevent: note\ndata: {"sequence_number":1,\ndata:  "response":{"id":"r"}}\n\ndata: \n\ndata: [DONE]\n\n',
  )
})
