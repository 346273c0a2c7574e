// The message of `pnpm bench server`: 200 bytes, with a mark that counts it and the time of its publication.
/** Byte that each message has once, and nothing else. */
export const MARK = 0x7e
/** Digits of the time, in microseconds. */
export const DIGITS = 16

/** Returns the monotonic time of the system in microseconds, which all processes share. */
export const now = () => Number(process.hrtime.bigint() / 1000n)

export const message = () => `~${String(now()).padStart(DIGITS, '0')} `.padEnd(200, 'x')
