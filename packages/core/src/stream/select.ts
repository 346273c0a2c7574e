import { type EventStream, type Snapshot, SNAPSHOT_KEYS } from './contract.ts'
import type { AnyMessage } from './decode.ts'

/**
 * The same stream, seen through a part of its data: views are told when its state changes or when the part does, by
 * `Object.is`, and see the snapshot of that moment. A row of a table wakes for its own messages only.
 *
 * @example
 * ```ts
 * import { createEventStream, keyed, select } from '@headwater/core'
 *
 * const prices = createEventStream('https://example.com/prices', { fold: keyed((message) => message.id) })
 * const acme = select(prices, (data) => data.get('ACME'))
 * acme.subscribe(() => console.log(acme.getSnapshot().data.get('ACME')?.data))
 * ```
 */
export function select<Data, Each extends AnyMessage>(
  stream: EventStream<Data, Each>,
  select: (data: Data) => unknown,
): EventStream<Data, Each> {
  let shown = stream.getSnapshot()
  const look = () => {
    const newest = stream.getSnapshot()
    // Both by the newest `select`, which may ask for another part than the one before it did.
    if (newest !== shown && !(sameState(newest, shown) && Object.is(select(newest.data), select(shown.data))))
      shown = newest
    return shown
  }
  const whenOther = (listener: () => void) => {
    let told = look()
    return () => {
      if (told === look()) return
      told = shown
      listener()
    }
  }
  return {
    ...stream,
    getSnapshot: look,
    subscribe: (listener) => stream.subscribe(whenOther(listener)),
    observe: (listener) => stream.observe(whenOther(listener)),
  }
}

/** Whether they differ in what messages bring, and in nothing else. */
function sameState(one: Snapshot<unknown>, other: Snapshot<unknown>): boolean {
  return SNAPSHOT_KEYS.every(
    (key) => /^(data|lastEventId|invalidCount)$/.test(key) || one[key as 'status'] === other[key as 'status'],
  )
}
