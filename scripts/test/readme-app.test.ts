import { expect, test } from 'vitest'
import { readmeAppNames, readQuickStart } from '../readme-app.mjs'

const install = '```sh\nnpm install @headwater/vue\n```\n'
const other = '```vue\nother\n```\n'

test('each binding has an app', () => {
  expect(readmeAppNames()).toContain('readme-react')
})

test('the install line and the first component under the heading are the quick start', () => {
  const section = '## Quick start\n\n```ts\nserver\n```\n\n```vue\n<script>\n</script>\n```\n\n'
  expect(readQuickStart(`# A\n\n${install}\n${other}\n${section}${other}\n## Options\n\n${other}`)).toEqual({
    install: ['install', '@headwater/vue'],
    language: 'vue',
    component: '<script>\n</script>\n',
  })
})

test.each([
  ['an install line', `## Quick start\n\n${other}`, 'npm install'],
  ['a heading', install + other, '## Quick start'],
  [
    'a component in the section',
    `${install}## Quick start\n\nText\n\n## Options\n\n${other}`,
    '## Quick start',
  ],
])('a README without %s is refused', (_, readme, message) => {
  expect(() => readQuickStart(readme)).toThrow(message)
})
