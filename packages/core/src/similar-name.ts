declare const process: { readonly env: { readonly NODE_ENV?: string } }

/** Returns a hint for an unknown option, if there is one of a similar name; `''` in production: see development.ts. */
export function suggest(prefix: string, name: string, names: readonly string[]): string {
  try {
    if (process.env.NODE_ENV !== 'production') return hint(prefix, name, names)
  } catch {
    return hint(prefix, name, names)
  }
  return ''
}

function hint(prefix: string, name: string, names: readonly string[]): string {
  const similar = findSimilar(name.toLowerCase(), names)
  return similar ? `. Did you mean ${prefix}${similar}?` : ''
}

/** Returns the name that takes the fewest edits to become `name`, up to five edits and half of the letters. */
function findSimilar(name: string, names: readonly string[]): string | undefined {
  for (let edits = 0; edits <= Math.min(name.length / 2, 5); edits++) {
    const similar = names.find((each) => isWithinEdits(name, each.toLowerCase(), edits))
    if (similar) return similar
  }
  return undefined
}

/** Returns true if inserting and deleting this many characters makes the texts equal. */
function isWithinEdits(one: string, other: string, edits: number): boolean {
  const [oneRest, otherRest] = [one.slice(1), other.slice(1)]
  if (one[0] === other[0]) return one === other || isWithinEdits(oneRest, otherRest, edits)
  return edits > 0 && (isWithinEdits(oneRest, other, edits - 1) || isWithinEdits(one, otherRest, edits - 1))
}
