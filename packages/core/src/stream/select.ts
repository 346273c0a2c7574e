import type { EventStream, Snapshot } from './contract.ts'
import type { AnyMessage } from './decode.ts'

/**
 * Returns the same stream with a narrower notification: listeners are called when the state changes, or when the selected part of
 * the data changes by `Object.is`. A row of a table is then notified of its own messages only.
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
  selector: (data: Data) => unknown,
): EventStream<Data, Each> {
  let selected = stream.getSnapshot()
  const getSnapshot = () => {
    const latest = stream.getSnapshot()
    // Both are compared with the same selector: the option `select` may be another function than before.
    const isSame =
      latest === selected ||
      (hasSameState(latest, selected) && Object.is(selector(latest.data), selector(selected.data)))
    if (!isSame) selected = latest
    return selected
  }
  const ifChanged = (listener: () => void) => {
    let notified = getSnapshot()
    return () => {
      if (notified === getSnapshot()) return
      notified = selected
      listener()
    }
  }
  return {
    ...stream,
    getSnapshot,
    subscribe: (listener) => stream.subscribe(ifChanged(listener)),
    observe: (listener) => stream.observe(ifChanged(listener)),
  }
}

/** Returns true if two snapshots differ only in properties that messages change. */
function hasSameState(one: Snapshot<unknown>, other: Snapshot<unknown>): boolean {
  return Object.entries(one).every(
    ([key, value]) => /^(data|lastEvent|invalid)/.test(key) || value === other[key as 'status'],
  )
}
