export * from '@headwater/core/llm'
