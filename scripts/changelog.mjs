// The changelog format for changesets: the text of each changeset, without commits.

/** Returns the text of a changeset as a list item. */
const getReleaseLine = ({ summary }) => `- ${summary.trim().replaceAll(/\n(?=.)/g, '\n  ')}`

/** Returns one line with the version of core that a binding depends on. All packages have the same version. */
const getDependencyReleaseLine = (_, updated) =>
  updated.map(({ name, newVersion }) => `- Depends on \`${name}\` ${newVersion}.`).join('\n')

export default { getReleaseLine, getDependencyReleaseLine }
