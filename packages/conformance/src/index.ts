import { describe } from 'vitest'
import type { Adapter } from './adapter.ts'
import { setStage } from './stage.ts'
import { tellAsking } from './stories/asking.ts'
import { tellMessages } from './stories/messages.ts'
import { tellPromises } from './stories/promises.ts'
import { tellRefusals } from './stories/refusals.ts'
import { tellRendering } from './stories/rendering.ts'
import { tellSharing } from './stories/sharing.ts'

export type { Adapter, Ask, Mounted, Page } from './adapter.ts'
export { startLoopback, type Loopback } from './loopback.ts'
export { setStage, type Stage } from './stage.ts'

/** The story that every binding tells. */
export function tellStory(adapter: Adapter): void {
  const stage = setStage(adapter)
  const stories = {
    [`${adapter.name} keeps the promises`]: tellPromises,
    [`in ${adapter.name}, what is asked for is what is shown`]: tellAsking,
    [`in ${adapter.name}, messages`]: tellMessages,
    [`in ${adapter.name}, components that ask for the same`]: tellSharing,
    [`in ${adapter.name}, what cannot work`]: tellRefusals,
    [`in ${adapter.name}, on real sockets and a real server`]: tellRendering,
  }
  for (const [title, tell] of Object.entries(stories))
    describe(`${title}`, () => {
      tell(stage)
    })
}
