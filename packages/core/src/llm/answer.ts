/** Source of a text, such as a web page that the model cites. */
export interface Source {
  /** URL of the source, if it has one. */
  readonly url: string | undefined
  /** Title of the source, or the name of its file. */
  readonly title: string | undefined
  /** The vendor's object, with the cited text and its position. */
  readonly raw: unknown
}

/** Text of an answer. */
export interface TextPart {
  readonly type: 'text'
  /** Name of the part, unique in its answer and stable while the part grows. Use it as the key in a list. */
  readonly key: string
  readonly text: string
  /** Sources of this text, in the order in which the server named them. */
  readonly sources: readonly Source[]
}

/** Reasoning of the model. */
export interface ReasoningPart {
  readonly type: 'reasoning'
  readonly key: string
  readonly text: string
  /** Signature of the reasoning, or its encrypted form. `raw` of the answer has it, too, in the form to send back. */
  readonly signature: string | undefined
}

/** Refusal of the model, if the server sends it apart from the text. */
export interface RefusalPart {
  readonly type: 'refusal'
  readonly key: string
  readonly text: string
}

/** Call of a tool, with the result if the server has run it. */
export interface ToolCallPart {
  readonly type: 'tool-call'
  readonly key: string
  /** ID to send back with the result; `''` until the server has sent it. Gemini sends none for most calls. */
  readonly id: string
  /** Name of the tool. For a tool of the vendor without a name of its own, the vendor's name of the call: `shell_call`. */
  readonly name: string
  /**
   * `function`: a function of your request. `custom`: one whose input is text. Else the vendor's name of the call, such as
   * `web_search_call`, `server_tool_use` or `mcp_approval_request`.
   */
  readonly kind: string
  /** Arguments received so far, as text. {@link partialJson} reads JSON that still grows. `''` can stand for no arguments. */
  readonly arguments: string
  /** The arguments, once `done`; `{}` for none, `undefined` if they are not JSON. */
  readonly json: unknown
  /** True once the arguments are complete. */
  readonly done: boolean
  /** `client`: your program runs the tool and sends the result back. `server`: the server does. */
  readonly by: 'client' | 'server'
  /** Result of a tool that the server has run; `undefined` before. */
  readonly result: unknown
  /** True if the server says that its tool has failed. */
  readonly failed: boolean
}

/** File, such as an image that the model has created. */
export interface FilePart {
  readonly type: 'file'
  readonly key: string
  /** Media type, such as `image/png`. */
  readonly mediaType: string
  /** URL of the file: a `data:` URL if the server has sent the content. */
  readonly url: string
}

/** Anything else that belongs to the answer. */
export interface OtherPart {
  readonly type: 'other'
  readonly key: string
  /** The vendor's name of it, such as `compaction` or `data-weather`. */
  readonly name: string
  /** The vendor's object. */
  readonly data: unknown
}

/** Part of an answer: the same object until it changes, so a memoised view renders only what has grown. */
export type Part = TextPart | ReasoningPart | RefusalPart | ToolCallPart | FilePart | OtherPart

/** End of an answer. */
export interface Finish {
  /**
   * Reason why the model stopped, the same for all vendors. `stop`: the answer is complete. `length`: a limit of tokens.
   * `tool-calls`: it waits for the results of `toolCalls`. `filter`: a content filter. `refusal`: the model refuses. `pause`: send the answer
   * back and it goes on. `other`: see `raw`.
   */
  readonly reason: 'stop' | 'length' | 'tool-calls' | 'filter' | 'refusal' | 'pause' | 'other'
  /** The reason in the vendor's words. */
  readonly raw: string
  /** The vendor's details, such as the stop sequence or the message of a filter. */
  readonly details?: unknown
}

/** Token counts of an answer, with the same meaning for all vendors. */
export interface Usage {
  /** Tokens of the request, including the cached ones; 0 if the server does not say. */
  readonly input: number
  /** Tokens of the answer, including reasoning; 0 if the server does not say. */
  readonly output: number
  /** Part of `input` that was read from a cache. */
  readonly cached?: number | undefined
  /** Part of `input` that was written to a cache. */
  readonly cacheWrite?: number | undefined
  /** Part of `output` that was reasoning. */
  readonly reasoning?: number | undefined
  /** The usage object of the server, unchanged. */
  readonly raw: { readonly [name: string]: unknown }
}

/** Format in which a server streams an answer. `''` before the first message. */
export type AnswerFormat =
  | ''
  | 'openai-chat'
  | 'openai-responses'
  | 'openai-completions'
  | 'anthropic'
  | 'gemini'
  | 'gemini-interactions'
  | 'cohere'
  | 'ui-message-stream'

/** A model's answer, as far as it has been received. Immutable: each change creates a new object. */
export interface Answer {
  /** Format of the server. {@link appendAnswer} writes in the same one. */
  readonly format: AnswerFormat
  /** The server's ID of the answer; `''` until the server has sent it. */
  readonly id: string
  /** Model that answers, in the server's words; `''` until the server has named it. */
  readonly model: string
  /** The answer in the order of the model. */
  readonly parts: readonly Part[]
  /** Text of all text parts. */
  readonly text: string
  /** Text of all reasoning parts; `''` if the server does not send any. */
  readonly reasoning: string
  /** Text of all refusals. */
  readonly refusal: string
  /** Calls of the functions and custom tools of your request: the parts whose results you send back. */
  readonly toolCalls: readonly ToolCallPart[]
  /** End of the answer; `undefined` until the server has named a reason. Some servers never do. */
  readonly finish: Finish | undefined
  /** Token counts; `undefined` until the server has sent them. */
  readonly usage: Usage | undefined
  /** The vendor's own blocks, with signatures and encrypted reasoning: {@link appendAnswer} sends them back in the next request. */
  readonly raw: readonly unknown[]
}
