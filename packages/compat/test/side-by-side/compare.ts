// node --conditions=@headwater/source compare.ts [--write]: the originals and ours on the same server, side by side; prints how
// they differ, and with --write puts it into the README. A process of its own, as the originals leave rejections unhandled.
import * as theirs from '@microsoft/fetch-event-source'
import polyfill from 'event-source-polyfill'
import { EventSource as Theirs } from 'eventsource'
import { readFileSync, writeFileSync } from 'node:fs'
import { EventSource, EventSourcePolyfill, fetchEventSource } from '../../src/index.ts'
import type { Behaviour } from './behaviour.ts'
import { eventSourceBehaviours } from './event-source-behaviours.ts'
import { polyfillBehaviours } from './event-source-polyfill-behaviours.ts'
import { fetchBehaviours, page } from './fetch-event-source-behaviours.ts'
import { soon, startScriptedServer } from './scripted-server.ts'

const LIMIT_MS = 8_000

process.on('unhandledRejection', () => undefined)
process.on('uncaughtException', () => undefined)
// They tell the console what they do not tell their users.
console.error = () => undefined
Object.assign(globalThis, { window: globalThis, document: page })

async function run<Client>(behaviour: Behaviour<Client>, client: Client): Promise<string> {
  const server = await startScriptedServer(...behaviour.answers)
  try {
    return await soon(behaviour.run(client, server), LIMIT_MS)
  } finally {
    await server.close()
  }
}

/** How many behaviours the two share, and a row for each in which they differ. */
async function compare<Client>(
  name: string,
  behaviours: readonly Behaviour<Client>[],
  original: Client,
  ours: Client,
): Promise<string> {
  const rows: string[] = []
  for (const behaviour of behaviours) {
    const [before, after] = [await run(behaviour, original), await run(behaviour, ours)]
    if (before !== after) rows.push(`| ${behaviour.title} | ${before} | ${after} |`)
  }
  const same = behaviours.length - rows.length
  const head = [`The same in ${same} of ${behaviours.length} behaviours. Different:`, '']
  return [...head, `| | ${name} | ours |`, '| --- | --- | --- |', ...rows].join('\n')
}

const tables = {
  eventsource: await compare(
    'eventsource 5.1.5',
    eventSourceBehaviours,
    { Class: Theirs as never, module: 'eventsource' },
    { Class: EventSource as never, module: '@headwater/compat' },
  ),
  'event-source-polyfill': await compare(
    'event-source-polyfill 1.0.31',
    polyfillBehaviours,
    polyfill.EventSourcePolyfill as never,
    EventSourcePolyfill as never,
  ),
  'fetch-event-source': await compare(
    '@microsoft/fetch-event-source 2.0.1',
    fetchBehaviours,
    theirs.fetchEventSource as never,
    fetchEventSource,
  ),
}

console.log(Object.values(tables).join('\n\n'))
if (process.argv.includes('--write')) {
  const readme = new URL('../../README.md', import.meta.url)
  let text = readFileSync(readme, 'utf8')
  for (const [name, table] of Object.entries(tables)) {
    const [before, , after] = text.split(`<!-- ${name} -->`)
    text = [before, `\n\n${table}\n\n`, after].join(`<!-- ${name} -->`)
  }
  writeFileSync(readme, text)
}
// The originals may still be at it.
process.exit()
