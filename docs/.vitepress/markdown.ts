import type { MarkdownRenderer } from 'vitepress'

/** Makes the empty first cell of a table's head an ordinary cell: a heading without text says nothing. */
export function withoutEmptyHeadings(md: MarkdownRenderer): void {
  md.core.ruler.push('without-empty-headings', ({ tokens }) => {
    for (const [index, token] of tokens.entries()) {
      const [, content, end] = tokens.slice(index)
      if (token.type === 'th_open' && content?.content === '' && end) token.tag = end.tag = 'td'
    }
  })
}

/** Shows inline code as it is: Vue would evaluate what is in two braces. */
export function withoutVueInCode(md: MarkdownRenderer): void {
  const render = md.renderer.rules.code_inline
  md.renderer.rules.code_inline = (tokens, index, ...rest) => {
    tokens[index]?.attrSet('v-pre', '')
    return render?.(tokens, index, ...rest) ?? ''
  }
}
