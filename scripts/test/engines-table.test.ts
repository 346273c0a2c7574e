import { expect, test } from 'vitest'
import { tablesOf } from '../readme/document.mjs'
import { enginesTable } from '../readme/tables.mjs'

const groups = ['parser', 'connection', 'tabs', 'bindings', 'drop-ins', 'demo']
const countsOf = (passed: number, skipped: number) =>
  Object.fromEntries(groups.map((group) => [group, { passed, skipped }]))

test('the table of engines has a total only where an engine skips tests', () => {
  const report = [
    { name: 'Chromium', version: '156.0.8078.108', counts: countsOf(20, 0) },
    { name: 'WebKitGTK', version: '2.50.6', counts: countsOf(19, 1) },
  ]
  const [table] = tablesOf(enginesTable(report, (text: string) => text))
  expect(table!.head).toEqual(['', 'Chromium 156.0', 'WebKitGTK 2.50'])
  expect(table!.rows.map(([, ...cells]) => cells)).toEqual(groups.map(() => ['20', '19 / 20']))
})
