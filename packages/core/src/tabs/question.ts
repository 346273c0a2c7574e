import type { Answer } from './group-member.ts'

/** Question of a tab: what follows an id? One at a time. */
export interface Question {
  /** Id of the pending question; `undefined` if there is none. */
  readonly after: string | undefined
  readonly isPending: boolean
  /** Begins a question, and answers the pending one with `undefined`. */
  ask(after: string, limit: Promise<void>): Promise<Answer>
  /** Answers the pending question. */
  settle(answer: Answer): void
}

/** Creates the questions of a tab. */
export function createQuestion(): Question {
  let pending: { readonly after: string; resolve(answer: Answer): void } | undefined

  function settle(answer: Answer): void {
    pending?.resolve(answer)
    pending = undefined
  }

  return {
    get after() {
      return pending?.after
    },
    get isPending() {
      return pending !== undefined
    },
    settle,
    ask(after, limit) {
      settle(undefined)
      return new Promise((resolve) => {
        const own = (pending = { after, resolve })
        void limit.then(() => own === pending && settle('leader-silent'))
      })
    },
  }
}
