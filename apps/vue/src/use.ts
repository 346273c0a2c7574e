import { onScopeDispose, shallowRef } from 'vue'

/** Returns a ref that follows a store. */
export function use<Value>(store: { get(): Value; listen(listener: (value: Value) => void): () => void }) {
  const value = shallowRef(store.get())
  onScopeDispose(store.listen((next) => (value.value = next)))
  return value
}
