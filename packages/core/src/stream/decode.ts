import { SseError } from '../errors.ts'
import type { Message } from '../protocol/message.ts'

/** What a Standard Schema finds. */
type Finding<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly { readonly message: string }[] }

/** A schema by the Standard Schema specification, as zod, valibot, arktype and others make them. */
export interface StandardSchema<Output = unknown> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => Finding<Output> | Promise<Finding<Output>>
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined
  }
}

/** Makes a value of a message's data, or throws. */
export type Decoder<Output = unknown> = (data: string) => Output

/**
 * What the data of each type of message is: a Standard Schema, which is given the parsed JSON and answers at once, or a
 * decoder, which is given the text. Types that are not named are not delivered; `'*'` names all others.
 */
export interface Schemas {
  readonly [type: string]: StandardSchema | Decoder
}

/** A message of whatever type, where TypeScript cannot know which. */
// oxlint-disable-next-line typescript/no-explicit-any
export type AnyMessage = Message<string, any>

type Output<Schema> = Schema extends { readonly '~standard': { readonly types?: infer Types } }
  ? NonNullable<Types> extends { readonly output: infer Value }
    ? Value
    : unknown
  : Schema extends Decoder<infer Value>
    ? Value
    : never

/**
 * The messages that schemas describe: a union discriminated by `type`.
 *
 * @example
 * ```ts
 * import { json, keyed, type MessageOf } from '@headwater/core'
 *
 * const events = { price: json<{ symbol: string; price: number }>(), halt: json<{ symbol: string }>() }
 * const bySymbol = keyed((message: MessageOf<typeof events>) => message.data.symbol)
 * ```
 */
export type MessageOf<Events> = [keyof Events] extends [never]
  ? Message
  : string extends keyof Events
    ? AnyMessage
    : {
        [Type in keyof Events & string]: Message<Type extends '*' ? string : Type, Output<Events[Type]>>
      }[keyof Events & string]

/**
 * A decoder of JSON whose shape is taken on trust; a schema checks it.
 *
 * @example
 * ```ts
 * import { createEventStream, json } from '@headwater/core'
 *
 * const stream = createEventStream('https://example.com/halts', { events: { halt: json<{ symbol: string }>() } })
 * stream.getSnapshot().data?.symbol
 * ```
 */
export function json<Output>(): Decoder<Output> {
  return (data) => JSON.parse(data) as Output
}

/**
 * The message with its data as its schema gives it; `undefined` where no schema is for its type.
 *
 * @throws SseError `invalid-message` where the data does not fit.
 */
export function decode(message: Message, schemas: Schemas): AnyMessage | undefined {
  const name = [message.type, '*'].find((type) => Object.hasOwn(schemas, type))
  if (name === undefined) return undefined
  const schema = schemas[name]!
  let issues: readonly { readonly message: string }[]
  let cause: unknown
  try {
    if (!('~standard' in schema)) return { ...message, data: schema(message.data) }
    const finding = schema['~standard'].validate(JSON.parse(message.data))
    // To wait would let later messages pass it.
    if ('then' in finding) throw new TypeError('a schema has to answer at once, and this one gave a promise')
    if (!finding.issues) return { ...message, data: finding.value }
    issues = finding.issues
  } catch (error) {
    cause = error
    issues = [{ message: error instanceof Error ? error.message : String(error) }]
  }
  const why = issues.map((issue) => issue.message).join('; ')
  throw new SseError(
    'invalid-message',
    `A message of type ${message.type} does not fit its schema in option events: ${why}. Its data: ${message.data.slice(0, 100)}`,
    { issues, cause },
  )
}
