/** Returns the page that explains an error code. The message of each `SseError` ends with it. */
export const errorDocs = (code: string): string => `docs/errors/${code}.md`
