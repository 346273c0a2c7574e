import { type Answer, type Part, partialJson, type ToolResult } from '@headwater/core/llm'
import type { Chat } from './chat.ts'
import type { Texts } from './english.ts'

/** A row of the conversation. */
export interface Row {
  readonly key: string
  readonly kind: keyof Texts['chat']['rows']
  readonly label: string
  readonly text: string
  /** Address of a source. */
  readonly url: string | undefined
}

type Content = Pick<Row, 'kind' | 'text'> & { readonly url?: string | undefined }

/** Returns the rows of the conversation, and of the answer that is running. The key of a row stays the same while it grows. */
export function rowsOf({ turns, isRunning }: Chat, live: Answer, { chat }: Texts): Row[] {
  const running = isRunning
    ? [{ answer: live, results: [], end: 'running', message: undefined } as const]
    : []
  const rows = [...turns, ...running].flatMap((turn, at) => {
    const contents: Content[] =
      'question' in turn
        ? [{ kind: 'question', text: turn.question }]
        : turn.answer.parts
            .flatMap((part) => contentsOf(part, turn.results))
            .filter(({ text }) => text !== '')
    if ('end' in turn && turn.end === 'stopped') contents.push({ kind: 'stopped', text: chat.stopped })
    if ('end' in turn && turn.end === 'failed') contents.push({ kind: 'failed', text: turn.message ?? '' })
    return contents.map((content, n) => ({
      url: undefined,
      ...content,
      key: `${at}.${n}`,
      label: chat.rows[content.kind],
    }))
  })
  return rows.length > 0 ? rows : [{ key: '', kind: 'empty', label: '', text: chat.empty, url: undefined }]
}

function contentsOf(part: Part, results: readonly ToolResult[]): Content[] {
  if (part.type === 'reasoning' || part.type === 'refusal') return [{ kind: part.type, text: part.text }]
  if (part.type === 'text') {
    // Other addresses, such as `javascript:`, would run in this page.
    const sources = part.sources.filter(({ url }) => /^https?:/.test(url ?? ''))
    const links = sources.map(({ url, title }): Content => ({
      kind: 'source',
      text: title ?? url ?? '',
      url,
    }))
    return [{ kind: 'text', text: part.text }, ...links]
  }
  if (part.type !== 'tool-call') return []
  const input = Object.values(Object(partialJson(part.arguments)) as object).join(', ')
  const found = results.find(({ call }) => call.id === part.id)
  return [{ kind: 'tool-call', text: `${part.name}(${input})${found ? ` → ${String(found.result)}` : ''}` }]
}
