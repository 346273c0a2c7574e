import type { FilePart, Source } from './answer.ts'

/** Compares what JSON can express. */
export function isEqual(one: unknown, other: unknown): boolean {
  return (
    one === other ||
    (typeof one === 'object' && typeof other === 'object' && JSON.stringify(one) === JSON.stringify(other))
  )
}

/** Returns text as it is, and JSON of anything else; `''` for nothing. */
export function toText(value: unknown): string {
  return typeof value === 'string' ? value : value == null ? '' : JSON.stringify(value)
}

/** Source in the words of any vendor. */
interface RawSource {
  readonly url?: string | null
  readonly uri?: string | null
  readonly title?: string | null
  readonly document_title?: string | null
  readonly filename?: string | null
}

export function toSource(raw: RawSource): Source {
  return {
    url: raw.url ?? raw.uri ?? undefined,
    title: raw.title ?? raw.document_title ?? raw.filename ?? undefined,
    raw,
  }
}

/** Returns a file with the content in base64, or with its URL. */
export function toFile(
  mediaType: string,
  data?: string | null,
  url?: string | null,
): Pick<FilePart, 'mediaType' | 'url'> {
  return { mediaType, url: url || `data:${mediaType};base64,${data ?? ''}` }
}
