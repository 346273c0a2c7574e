import { compileScript, parse } from 'vue/compiler-sfc'

/** Returns the TypeScript of a component in the documentation; throws if its script or its template does not compile. */
export function compile(code) {
  const { descriptor, errors } = parse(code)
  if (errors.length > 0) throw errors[0]
  // Compiles the template, too. Its output is not returned: it has lost the types that `v-if` narrows.
  compileScript(descriptor, { id: 'example', inlineTemplate: true })
  return compileScript(descriptor, { id: 'example' }).content
}
