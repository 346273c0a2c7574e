// How changesets writes a changelog: what the changeset says, word for word, and nothing about commits.

/** The text of a changeset as one item of a list. */
const getReleaseLine = ({ summary }) => `- ${summary.trim().replaceAll(/\n(?=.)/g, '\n  ')}`

/** All packages carry one version, so one line says which core a binding goes with. */
const getDependencyReleaseLine = (_, updated) =>
  updated.map(({ name, newVersion }) => `- Goes with \`${name}\` ${newVersion}.`).join('\n')

export default { getReleaseLine, getDependencyReleaseLine }
