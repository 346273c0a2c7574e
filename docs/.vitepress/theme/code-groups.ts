// Tabs of code groups: the one that the reader chooses is chosen in all groups, on all pages, until the reader chooses another.

const KEY = 'headwater-tab'

/** Stores the tab that the reader chooses, and shows it in the other groups of the page. */
export function followChoices(): void {
  document.addEventListener('change', ({ target }) => {
    if (!(target instanceof HTMLInputElement && target.closest('.vp-code-group'))) return
    const title = titleOf(target)
    if (!title) return
    try {
      localStorage.setItem(KEY, title)
    } catch {} // The browser may forbid it. Then the choice holds for this page.
    choose(title, target)
  })
  restoreChoice()
}

/** Shows the tab that the reader chose before. */
export function restoreChoice(): void {
  try {
    const title = localStorage.getItem(KEY)
    if (title) choose(title)
  } catch {} // Without storage, each group begins with its first tab.
}

const titleOf = (input: HTMLInputElement) => input.labels?.[0]?.textContent?.trim()

/** Shows a tab in all groups that have it. What the reader reads stays where it is on the screen. */
function choose(title: string, clicked?: HTMLElement): void {
  const before = clicked?.getBoundingClientRect().top
  for (const group of document.querySelectorAll('.vp-code-group')) {
    const inputs = [...group.querySelectorAll<HTMLInputElement>('.tabs input')]
    const index = inputs.findIndex((input) => titleOf(input) === title)
    if (index < 0) continue
    inputs[index]!.checked = true
    const blocks = [...(group.querySelector('.blocks')?.children ?? [])]
    for (const [place, block] of blocks.entries()) block.classList.toggle('active', place === index)
  }
  if (clicked && before !== undefined) window.scrollBy(0, clicked.getBoundingClientRect().top - before)
}
