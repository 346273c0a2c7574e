import { onScopeDispose, shallowRef } from 'vue'

/** Shows what a store holds. */
export function use<Value>(store: { get(): Value; listen(listener: (value: Value) => void): () => void }) {
  const value = shallowRef(store.get())
  onScopeDispose(store.listen((next) => (value.value = next)))
  return value
}
