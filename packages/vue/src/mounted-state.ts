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

/**
 * Returns the current component instance, or `null` in an effect scope of its own. Such a scope, for instance a store,
 * outlives the component that creates it.
 */
export function getOwnerInstance(): ComponentInternalInstance | null {
  const instance = getCurrentInstance() as (ComponentInternalInstance & { scope?: unknown }) | null
  return instance?.scope === getCurrentScope() ? instance : null
}

/** Returns a ref that is true while the component is mounted and not deactivated by KeepAlive. Stays false on a server. */
export function trackMountedState(): Ref<boolean> {
  const isMounted = ref(false)
  const set = (value: boolean) => () => void (isMounted.value = value)
  onMounted(set(true))
  onActivated(set(true))
  onDeactivated(set(false))
  return isMounted
}
