export type { Answer, ToolCall, Usage } from './answer.ts'
export { anthropic } from './anthropic.ts'
export { ask } from './ask.ts'
export { openai } from './openai.ts'
