export type {
  Answer,
  AnswerFormat,
  FilePart,
  Finish,
  OtherPart,
  Part,
  ReasoningPart,
  RefusalPart,
  Source,
  TextPart,
  ToolCallPart,
  Usage,
} from './answer.ts'
export { anthropic } from './anthropic.ts'
export { answer } from './answer-of-any.ts'
export { appendAnswer, type ToolResult } from './append-answer.ts'
export { chatRequest } from './chat-request.ts'
export { cohere } from './cohere.ts'
export { gemini } from './gemini.ts'
export { openai } from './openai.ts'
export { partialJson } from './partial-json.ts'
export { resumeFrom, type ResumableFormat } from './resume-from.ts'
export { uiMessageStream } from './ui-message-stream.ts'
