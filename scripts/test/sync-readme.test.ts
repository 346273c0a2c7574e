import { describe, expect, test } from 'vitest'
import {
  blockNames,
  exampleBlock,
  examplesOf,
  fillTemplate,
  isExampleFile,
  readBlock,
  replaceBlock,
  tablesOf,
} from '../readme/document.mjs'
import { comparisonTable, parserTable, sizeLine, sizesTable } from '../readme/tables.mjs'

const english = (text: string) => text

describe('blocks between marks', () => {
  const document = 'Before\n\n<!-- one -->\n\nOld\n\n<!-- /one -->\n\nAfter\n\n<!-- two -->\n<!-- /two -->\n'

  test('are found by name, and empty ones too', () => {
    expect(blockNames(document)).toEqual(['one', 'two'])
    expect(readBlock(document, 'one')).toBe('Old')
    expect(readBlock(document, 'two')).toBe('')
  })

  test('get new content, and the rest of the document stays as it is', () => {
    expect(replaceBlock(document, 'one', 'New $& text')).toBe(document.replace('Old', () => 'New $& text'))
    expect(readBlock(replaceBlock(document, 'two', 'Filled'), 'two')).toBe('Filled')
  })

  test('may have a path outside of the folder of the document, and have its language', () => {
    const names = ['../examples/+server.ts', '../examples/nginx.conf', '../examples/Caddyfile']
    const document = names.map((name) => `<!-- ${name} -->\n<!-- /${name} -->\n`).join('\n')
    expect(blockNames(document).filter(isExampleFile)).toEqual(names)
    const blocks = names.map((name) => exampleBlock(name, 'code\n'))
    expect(blocks.map((block) => block.split('\n')[0])).toEqual(['```ts', '```nginx', '```caddyfile'])
    for (const [index, name] of names.entries())
      expect(readBlock(replaceBlock(document, name, blocks[index]), name)).toBe(blocks[index])
  })

  test('that are named by a path have the code of that file', () => {
    const document =
      '<!-- examples/price.svelte -->\n<!-- /examples/price.svelte -->\n\n<!-- options -->\n<!-- /options -->\n'
    expect(blockNames(document).filter(isExampleFile)).toEqual(['examples/price.svelte'])
    const block = exampleBlock('examples/price.svelte', '<p>$& </p>\n')
    expect(block).toBe('```svelte\n<p>$& </p>\n```')
    expect(readBlock(replaceBlock(document, 'examples/price.svelte', block), 'examples/price.svelte')).toBe(
      block,
    )
  })

  test('throw an error that names the marks if they are missing', () => {
    expect(() => replaceBlock(document, 'three', '')).toThrow('between <!-- three --> and <!-- /three -->')
  })
})

test('a template is filled in, and a placeholder without a value is an error', () => {
  expect(fillTemplate('{{title}}: `{{package}}`', { title: 'Lit', package: '@headwater/lit' })).toBe(
    'Lit: `@headwater/lit`',
  )
  expect(() => fillTemplate('{{hook}}', {})).toThrow('{{hook}}')
})

test('examples in TypeScript, JSX, Vue and Svelte are compared, and commands are not', () => {
  expect(examplesOf('```ts\na\n```\n\n```sh\nb\n```\n\n```svelte\nc\n```\n')).toEqual([
    '```ts\na\n```',
    '```svelte\nc\n```',
  ])
})

test('tables are read as cells', () => {
  expect(tablesOf('Text\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\nText\n')).toEqual([
    { head: ['a', 'b'], rows: [['1', '2']] },
  ])
})

test('names of exports are code in the table of sizes, and descriptions are translated', () => {
  const sizes = [
    { entry: '@headwater/core/llm', parts: ['chatRequest', 'openai', 'without core'], size: '1.3 kB' },
  ]
  const table = sizesTable(sizes, (text: string) => text.toUpperCase())
  expect(table).toContain('| `@headwater/core/llm`, `chatRequest`, `openai`, WITHOUT CORE | 1.3 kB |')
})

test('the line about size names core and the largest binding', () => {
  const size = (entry: string, parts: string, size: string) => ({ entry, parts: parts.split(', '), size })
  const sizes = [
    size('@headwater/core', 'createEventStream', '10.8 kB'),
    size('@headwater/core', 'everything', '11.5 kB'),
    size('@headwater/react', 'without core', '0.5 kB'),
    size('@headwater/vue', 'without core', '0.8 kB'),
    size('@headwater/vue/llm', 'without core', '2.0 kB'),
    size('@headwater/compat', 'everything, including core', '6.0 kB'),
  ]
  expect(sizeLine(sizes, english)).toMatch(/^Size: 10\.8 kB .* at most 0\.8 kB more/)
})

test('the comparison has one column for Headwater, which says yes only if all bindings do', () => {
  const readme = (ours: string, theirs: string, client: string) =>
    `| | Headwater | ${client} |\n| - | - | - |\n| Shares | ${ours} | ${theirs} |\n| Retries | yes | no |\n`
  const bindings = [
    { title: 'React', readme: readme('yes', 'no', 'by hand') },
    { title: 'Vue', readme: readme('no', 'yes', 'VueUse') },
    { title: 'Lit', readme: 'No comparison yet.' },
  ]
  expect(comparisonTable(bindings, english, () => false).split('\n')).toEqual([
    '|  | Headwater | React: by hand | Vue: VueUse |',
    '| --- | --: | --: | --: |',
    '| Shares | no | no | yes |',
    '| Retries | yes | no | no |',
  ])
})

test('the table of the parser has the mean, the lowest and the highest ratio per runtime', () => {
  const bench =
    '| workload | to reach | Node 24 | Chromium |\n| - | - | - | - |\n' +
    '| ticker | 1 | 1.5 | 0.9 |\n| LLM | 1 | 3 | 2 |\n| geometric mean | 1 | 2.1 | 1.3 |\n'
  expect(parserTable(bench, english).split('\n')).toEqual([
    '|  | Node 24 | Chromium |',
    '| --- | --: | --: |',
    '| geometric mean | 2.1 | 1.3 |',
    '| lowest ratio | 1.50 | 0.90 |',
    '| highest ratio | 3.00 | 2.00 |',
  ])
  expect(() => parserTable('No table.', english)).toThrow('geometric mean')
})
