import { SseError } from '../errors.ts'
import type { Message } from '../protocol/message.ts'

/** Result of a Standard Schema's validation. */
type Result<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly { readonly message: string }[] }

/** Schema that follows the Standard Schema specification, such as those of zod, valibot and arktype. */
export interface StandardSchema<Output = unknown> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => Result<Output> | Promise<Result<Output>>
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined
  }
}

/** Turns the data of a message into a value, or throws. */
export type Decoder<Output = unknown> = (data: string) => Output

/**
 * Schema or decoder for the data of each message type. A Standard Schema gets the parsed JSON and must validate synchronously; a
 * decoder gets the text. Types that are not named are not delivered; `'*'` stands for all others.
 */
export interface Schemas {
  readonly [type: string]: StandardSchema | Decoder
}

/** Message whose type and data TypeScript cannot know. */
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
 * Messages that schemas describe: a union discriminated by `type`.
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
 * Creates a decoder for JSON. It does not check the type of the value; use a schema for that.
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
 * Decodes the data of a message. Returns `undefined` if its type has no schema.
 *
 * @throws SseError `invalid-message` if the data does not match the schema.
 */
export function decode(message: Message, schemas: Schemas): AnyMessage | undefined {
  const name = [message.type, '*'].find((type) => Object.hasOwn(schemas, type))
  if (name === undefined) return undefined
  const schema = schemas[name]!
  let issues: readonly { readonly message: string }[]
  let cause: unknown
  try {
    if (!('~standard' in schema)) return { ...message, data: schema(message.data) }
    const result = schema['~standard'].validate(JSON.parse(message.data))
    // Waiting would let later messages overtake this one.
    if ('then' in result) throw new TypeError('asynchronous schemas are not supported')
    if (!result.issues) return { ...message, data: result.value }
    issues = result.issues
  } catch (error) {
    cause = error
    issues = [{ message: error instanceof Error ? error.message : String(error) }]
  }
  const reason = issues.map((issue) => issue.message).join('; ')
  throw new SseError(
    'invalid-message',
    `A message of type ${message.type} does not match its schema: ${reason}. Data: ${message.data.slice(0, 100)}`,
    { issues, cause },
  )
}
