import { type Batch, type Draft, isBuffered } from './state.ts'

/** Comments closer together than this count as one, for instance a greeting and its padding. In milliseconds. */
const MIN_HEARTBEAT_GAP_MS = 1_000
/** Shortest silence that tells where chunks end, in milliseconds. */
const MIN_PAUSE_MS = 2_000

/** Notes what a chunk says about the health, the heartbeats and the rhythm of the stream. */
export function handleBatch(
  machine: Draft,
  { messages, comments, midMessage, retryMs }: Batch,
  at: number,
): void {
  if (messages > 0) {
    machine.failures = 0
    machine.lastError = undefined
    machine.hasMessages = true
  }
  if (comments > 0) {
    const gapMs = at - machine.lastCommentAt
    if (gapMs >= MIN_HEARTBEAT_GAP_MS) machine.heartbeatGapMs = Math.max(machine.heartbeatGapMs, gapMs)
    machine.lastCommentAt = at
  }
  const silentMs = at - machine.activeAt
  machine.longestGapMs = Math.max(machine.longestGapMs, silentMs)
  if (silentMs >= MIN_PAUSE_MS && !isBuffered(machine))
    machine.midMessagePauses = machine.midMessage ? machine.midMessagePauses + 1 : 0
  machine.retryMs = retryMs ?? machine.retryMs
  machine.midMessage = midMessage
  machine.idleOverrideMs = undefined
  machine.activeAt = at
}
