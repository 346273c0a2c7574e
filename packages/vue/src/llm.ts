export { type Answer, anthropic, chatRequest, openai, type ToolCall, type Usage } from '@headwater/core/llm'
