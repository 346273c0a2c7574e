import type { Life } from './tab-page.ts'
import type { Sent } from './tab-server.ts'

interface User {
  readonly user: string | null
}

const isFor = ({ user }: User, { to }: Sent) => to === null || to === user

/** Returns the number of the last message for a user; 0 if there is none. */
export const lastFor = (member: User, sent: readonly Sent[]) =>
  sent.findLast((each) => isFor(member, each))?.n ?? 0

/** Compares what a tab recorded in its lives with the log of the server. */
export function checkLives(
  lives: readonly Life[],
  sent: readonly Sent[],
  member: User & { readonly name: string },
): { violations: string[]; delivered: number } {
  const violations: string[] = []
  let delivered = 0
  /** Number of the last message of the lives so far. */
  let last: number | null = null
  for (const [index, { after, runs, wrong }] of lives.entries()) {
    const name = `${member.name}, life ${index + 1}`
    violations.push(...wrong.map((each) => `${name}: ${each}`))
    const first: number | null = runs[0]?.[0] ?? null
    // A life begins after the id that the one before it has stored, together with its messages.
    if (last !== null && (after === null || after < last || missed(last, after + 1)))
      violations.push(`${name} begins after ${after}, but the life before ended with ${last}`)
    const begin: number | null = after ?? (first === null ? null : first - 1)
    if (begin === null) continue
    let position = begin
    for (const [from, to] of runs) {
      if (from <= position) violations.push(`${name}: ${from} comes after ${position}`)
      else if (missed(position, from)) violations.push(`${name}: nothing between ${position} and ${from}`)
      delivered += to - from + 1
      position = to
    }
    last = position
  }
  return { violations, delivered }

  /** Returns true if there are messages for the tab between two others. */
  function missed(from: number, to: number): boolean {
    return sent.slice(from, to - 1).some((each) => isFor(member, each))
  }
}
