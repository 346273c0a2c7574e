import { compile as compileComponent } from 'svelte/compiler'

/** Returns the script of a component in the documentation; throws if the component does not compile without warnings. */
export function compile(code) {
  const { warnings } = compileComponent(code, { generate: 'client' })
  if (warnings.length > 0) throw new Error(warnings[0].message)
  return code.match(/<script[^>]*>([\s\S]*?)<\/script>/)?.[1] ?? ''
}
