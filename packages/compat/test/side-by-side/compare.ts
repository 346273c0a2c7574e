// node --conditions=@headwater/source compare.ts [--write]
// Runs the original clients and the drop-ins against the same server and prints their differences. `--write` updates the tables in
// the README. It runs in a process of its own, because the originals leave rejections unhandled.
import * as original from '@microsoft/fetch-event-source'
import polyfill from 'event-source-polyfill'
import { EventSource as OriginalEventSource } from 'eventsource'
import { readFileSync, writeFileSync } from 'node:fs'
import { EventSource, EventSourcePolyfill, fetchEventSource } from '../../src/index.ts'
import type { Behaviour } from './behaviour.ts'
import { eventSourceBehaviours } from './event-source-behaviours.ts'
import { polyfillBehaviours } from './event-source-polyfill-behaviours.ts'
import { fetchBehaviours, page } from './fetch-event-source-behaviours.ts'
import { startScriptedServer, withTimeout } from './scripted-server.ts'

const LIMIT_MS = 8_000

process.on('unhandledRejection', () => undefined)
process.on('uncaughtException', () => undefined)
// The originals log errors that they do not report to their callers.
console.error = () => undefined
Object.assign(globalThis, { window: globalThis, document: page })

async function run<Client>(behaviour: Behaviour<Client>, client: Client): Promise<string> {
  const server = await startScriptedServer(...behaviour.responses)
  try {
    return await withTimeout(behaviour.run(client, server), LIMIT_MS)
  } finally {
    await server.close()
  }
}

/** Counts the behaviours that both clients share, and makes a table row for each difference. */
async function compare<Client>(
  name: string,
  behaviours: readonly Behaviour<Client>[],
  original: Client,
  dropIn: Client,
): Promise<string> {
  const rows: string[] = []
  for (const behaviour of behaviours) {
    const [theirs, ours] = [await run(behaviour, original), await run(behaviour, dropIn)]
    if (theirs !== ours) rows.push(`| ${behaviour.title} | ${theirs} | ${ours} |`)
  }
  const same = behaviours.length - rows.length
  const head = [`Identical in ${same} of ${behaviours.length} tested behaviours. The differences:`, '']
  return [...head, `| | ${name} | @headwater/compat |`, '| --- | --- | --- |', ...rows].join('\n')
}

const tables = {
  eventsource: await compare(
    'eventsource 5.1.5',
    eventSourceBehaviours,
    { Class: OriginalEventSource as never, module: 'eventsource' },
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
    original.fetchEventSource as never,
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
// The originals may still be running.
process.exit()
