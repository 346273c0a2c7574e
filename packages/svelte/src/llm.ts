export { type Answer, anthropic, ask, openai, type ToolCall, type Usage } from '@headwater/core/llm'
