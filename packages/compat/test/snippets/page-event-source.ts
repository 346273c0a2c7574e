// The original that the snippets for EventSource are compared with.
export const { EventSource } = globalThis
