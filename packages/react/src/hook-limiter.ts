import { createSwitchLimiter, type SwitchLimiter } from '@headwater/core'

/** Limiter of a hook that knows the component. */
export interface HookLimiter {
  readonly switches: SwitchLimiter
  /** Notes the component that is rendering. */
  trace(): void
}

/** Creates a limiter. */
export function createHookLimiter(name: string): HookLimiter {
  let rendering: Error | undefined
  const switches = createSwitchLimiter({
    name,
    component: () => rendering && componentOf(rendering, name),
    remedy: 'useState or useMemo',
  })
  return { switches, trace: () => void (rendering = new Error('Rendering.')) }
}

/** Returns the name of the first caller of a hook that is not a hook itself. */
function componentOf({ stack = '' }: Error, hook: string): string | undefined {
  // "at Price (file:1:2)", "at Module.useEventSource (file:1:2)" or "Price@file:1:2"
  const callers = stack
    .split('\n')
    .map((line) => /^\s*(?:at )?(?:[\w$]+\.)*([\w$]+)(?: \(|@)/.exec(line)?.[1])
  return callers.slice(callers.lastIndexOf(hook) + 1).find((name) => !/^use[A-Z]/.test(name ?? ''))
}
