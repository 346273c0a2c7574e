import { entriesOf, publishedPackages } from '../../scripts/published.mjs'

/** Order of the packages in the navigation. Others follow. */
const order = ['react', 'vue', 'svelte', 'solid', 'core', 'server', 'compat']
const rank = ({ package: name }) => (order.includes(name) ? order.indexOf(name) : order.length)

/** The entries of the published packages, each with the path of its page in the reference. */
export const entries = publishedPackages()
  .flatMap((each) => entriesOf(each).map((entry) => ({ ...entry, description: each.manifest.description })))
  .toSorted((one, other) => rank(one) - rank(other))
  .map((entry) => ({ ...entry, page: `${entry.package}/${entry.shortName}` }))
