import { listen, type Listener, type ListenOptions } from './listener.ts'

export const demo = { authorization: 'Bearer demo' }

/** The tool that the page offers. */
export const price = { name: 'price', input_schema: { type: 'object' } }

export const chatBody = (content: unknown) => ({
  ...{ model: 'canned-1', max_tokens: 1024, stream: true },
  messages: [{ role: 'user', content }],
})

/** Asks for an answer, or attaches to it. */
export function ask(
  url: string,
  answer: string,
  { visitor = '', ...options }: ListenOptions & { readonly visitor?: string } = {},
): Promise<Listener> {
  const path = `${url}/api/chat?answer=${answer}&visitor=${visitor}`
  return listen(path, {
    method: 'POST',
    body: chatBody('Hi'),
    ...options,
    headers: { ...demo, ...options.headers },
  })
}

/** Fields of an event that the tests read. */
interface ModelEvent {
  readonly type: string
  readonly content_block?: { readonly type: string; readonly id?: string }
  readonly delta?: { readonly text?: string; readonly partial_json?: string; readonly citation?: object }
}

/** Returns the events of the model, without the end that the server tells. */
export function eventsOf({ messages }: Listener): ModelEvent[] {
  return messages
    .filter(({ event }) => event !== 'headwater.end')
    .map(({ data }) => JSON.parse(data) as ModelEvent)
}

export function textOf(...parts: Listener[]): string {
  return parts
    .flatMap(eventsOf)
    .map(({ delta }) => delta?.text ?? '')
    .join('')
}
