import type { Answer, ToolCallPart } from './answer.ts'
import type { ToolResult } from './append-answer.ts'
import { toText } from './vendor-values.ts'

/** Appends to the messages of a chat, as OpenAI and Cohere have them. */
export function appendChat(
  { messages = [] }: { readonly messages?: readonly unknown[] },
  answer: Answer,
  results: readonly ToolResult[],
): object {
  const { parts, raw, format } = answer
  const { reasoning, reasoning_content, ...kept } = {
    ...(raw[0] as Readonly<Record<string, unknown>> | undefined),
  }
  // Reasoning as plain text belongs to the results of its calls. DeepSeek refuses it with the next question.
  const plain = results.length > 0 ? { reasoning, reasoning_content } : {}
  const calls = parts.flatMap((part) =>
    part.type === 'tool-call' && part.by === 'client' && part.done ? [part] : [],
  )
  const message = {
    ...(format === 'cohere'
      ? toCohere(answer)
      : mergeBlocks({ role: 'assistant', content: calls.length > 0 ? null : '', ...kept, ...plain })),
    ...(calls.length > 0 && { tool_calls: calls.map(toChatCall) }),
  }
  const answers = results.map(({ call, result }) => ({
    role: 'tool',
    tool_call_id: call.id,
    content: toText(result),
  }))
  return { messages: [...messages, message, ...answers] }
}

const toChatCall = ({ id, kind, name, arguments: text }: ToolCallPart): object =>
  kind === 'custom'
    ? { id, type: kind, custom: { name, input: text } }
    : { id, type: 'function', function: { name, arguments: text } }

/** Cohere's message has the plan apart, and blocks of text and of thinking. */
function toCohere({ parts }: Answer): object {
  const content = parts.flatMap((part): object[] =>
    part.type === 'text'
      ? [{ type: 'text', text: part.text }]
      : part.type === 'reasoning' && part.key !== 'plan'
        ? [{ type: 'thinking', thinking: part.text }]
        : [],
  )
  const plan = parts.find(({ key }) => key === 'plan') as { readonly text: string } | undefined
  return { role: 'assistant', ...(content.length > 0 && { content }), ...(plan && { tool_plan: plan.text }) }
}

/** Block of a message. Servers send the text of one in pieces. */
interface Block {
  readonly type?: string
  readonly index?: number
  readonly text?: string
  readonly summary?: string
  readonly thinking?: readonly Block[] | string
}

function mergeBlocks(message: object): object {
  return Object.fromEntries(
    Object.entries(message).map(([name, value]) => [
      name,
      Array.isArray(value) ? (value as readonly Block[]).reduce(mergeBlock, []) : (value as unknown),
    ]),
  )
}

function mergeBlock(blocks: readonly Block[], block: Block): readonly Block[] {
  const last = blocks.at(-1)
  const name = (['text', 'summary', 'thinking'] as const).find((each) => block[each])
  if (!last || !name || last.type !== block.type || last.index !== block.index) return [...blocks, block]
  const [one, other] = [last[name] ?? '', block[name] ?? '']
  const merged =
    typeof other === 'string' ? toText(one) + other : other.reduce(mergeBlock, one as readonly Block[])
  return [...blocks.slice(0, -1), { ...last, ...block, [name]: merged }]
}
