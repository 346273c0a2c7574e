import {
  type ComponentInternalInstance,
  getCurrentInstance,
  getCurrentScope,
  onActivated,
  onDeactivated,
  onMounted,
  type Ref,
  ref,
} from 'vue'

/** The component that this belongs to. What runs in a scope of its own, such as a store, outlives the one that calls it. */
export function ownerOfScope(): ComponentInternalInstance | null {
  const instance = getCurrentInstance() as (ComponentInternalInstance & { scope?: unknown }) | null
  return instance?.scope === getCurrentScope() ? instance : null
}

/** Whether the component is on the page: never on a server, and not while KeepAlive has put it aside. */
export function presence(): Ref<boolean> {
  const present = ref(false)
  const set = (to: boolean) => () => void (present.value = to)
  onMounted(set(true))
  onActivated(set(true))
  onDeactivated(set(false))
  return present
}
