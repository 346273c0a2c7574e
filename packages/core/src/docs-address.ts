/** Page that explains the error codes, one section for each. The message of each `SseError` ends with it. */
export const ERROR_DOCS = 'docs/errors.md'
