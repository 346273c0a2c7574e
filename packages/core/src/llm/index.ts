export type { Answer, ToolCall, Usage } from './answer.ts'
export { anthropic } from './anthropic.ts'
export { chatRequest } from './chat-request.ts'
export { openai } from './openai.ts'
