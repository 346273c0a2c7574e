import { dataOf, equal, message, ok, readAll, rejects } from './assert.ts'
import { before, split } from '../resume.ts'
import type { Harness } from './harness.ts'

const NUL = String.fromCharCode(0)
const TEXTS = [
  '',
  ' ',
  'a\nb',
  '\r\n',
  `a${NUL}b`,
  '\u{FEFF}x',
  '价格 🌊',
  '\\"\'',
  '\u2028',
  '-',
  'x'.repeat(1_000_000),
]

/** Ids, order and content. */
export function testMessages({ it }: Harness): void {
  it('an empty log has a head with the number 0, and starts there', async (open) => {
    const log = await open({})
    const { entries, head } = await log.read('0-0', 10)
    equal(entries, [], 'entries')
    ok(/^[1-9]\d{0,15}-0$/.test(head), `the head ${head} is no <epoch>-0`)
    equal(await log.start(), head, 'start')
    equal((await log.read('0-0', 10)).head, head, 'the head, read again')
  })

  it('counts ids from 1 without holes, over all appends', async (open) => {
    const log = await open({})
    const { head } = await log.read('0-0', 1)
    const ids = [
      ...(await log.append([message('a')])),
      ...(await log.append([message('b'), message('c'), message('d')])),
      ...(await log.append([message('e')])),
    ]
    const [epoch] = split(head)
    equal(
      ids,
      [1, 2, 3, 4, 5].map((n) => `${epoch}-${n}`),
      'ids',
    )
    const page = await log.read(head, 10)
    equal(
      page.entries.map(({ id }) => id),
      ids,
      'ids that are read',
    )
    equal(page.head, ids.at(-1), 'head')
  })

  it('keeps the order of appends that do not wait for each other', async (open) => {
    const log = await open({})
    const batches = Array.from({ length: 50 }, (_, batch) =>
      Array.from({ length: 1 + (batch % 3) }, (_, index) => message(`${batch}.${index}`)),
    )
    const ids = (await Promise.all(batches.map((batch) => log.append(batch)))).flat()
    const entries = await readAll(log, '0-0', 7)
    equal(
      entries.map(({ data }) => data),
      batches.flat().map(({ data }) => data),
      'data',
    )
    equal(
      entries.map(({ id }) => id),
      ids,
      'ids',
    )
    equal(
      ids.map((id) => split(id)[1]),
      ids.map((_, index) => index + 1),
      'numbers',
    )
  })

  it('returns each text as it was appended', async (open) => {
    const log = await open({})
    const messages = TEXTS.flatMap((text) => [
      { event: text.slice(0, 100), data: text },
      { event: '', data: text, expiresAt: 4_102_444_800_000 },
    ])
    const ids = await log.append(messages)
    const entries = await readAll(log, '0-0')
    for (const [index, { event, data, expiresAt }] of messages.entries()) {
      const entry = entries[index]!
      equal([entry.id, entry.event, entry.data], [ids[index], event, data], `message ${index}`)
      equal(entry.expiresAt, expiresAt, `expiresAt of message ${index}`)
    }
  })
}

/** Positions, and the life of a log. */
export function testPositions({ it }: Harness): void {
  it('reads from any position: of an entry, before the first, at and beyond the head, of another epoch', async (open) => {
    const log = await open({})
    const ids = await log.append(Array.from({ length: 10 }, (_, index) => message(String(index))))
    const head = ids.at(-1)!
    const [epoch] = split(head)
    const expectRead = async (after: string, limit: number, expected: readonly string[]) => {
      const page = await log.read(after, limit)
      equal(
        page.entries.map(({ id }) => id),
        expected,
        `read('${after}', ${limit})`,
      )
      equal(page.head, head, 'head')
    }
    for (const [index, id] of ids.entries()) {
      await expectRead(id, 100, ids.slice(index + 1))
      await expectRead(before(id), 3, ids.slice(index, index + 3))
    }
    for (const after of ['0-0', '1-7', `${epoch - 1}-9007199254740991`, `${epoch}-0`])
      await expectRead(after, 4, ids.slice(0, 4))
    for (const after of [`${epoch}-11`, `${epoch}-9007199254740991`, `${epoch + 1}-0`, '9007199254740991-3'])
      await expectRead(after, 4, [])
    equal(await log.start(), `${epoch}-0`, 'start')
  })

  it('keeps logs of different storages apart', async (open, openOther) => {
    const [log, other] = [await open({}), await openOther({})]
    await log.append([message('a')], { dedupeKey: 'k' })
    await other.append([message('b')], { dedupeKey: 'k' })
    for (const [kept, data] of [
      [log, 'a'],
      [other, 'b'],
    ] as const)
      equal(dataOf(await readAll(kept, '0-0')), [data], 'data')
  })

  it('finishes appends that are under way when it is closed', async (open) => {
    const log = await open({})
    const { head } = await log.read('0-0', 1)
    const appends = ['a', 'b'].map((text) => log.append([message(text)]))
    await log.close()
    const [epoch] = split(head)
    equal(await Promise.all(appends), [[`${epoch}-1`], [`${epoch}-2`]], 'ids')
  })

  it('rejects an append after close with not-appended', async (open) => {
    const log = await open({})
    await log.append([message('a')])
    await log.close()
    await rejects(log.append([message('b')]), 'not-appended', 'append after close')
    const isRejected = await log.read('0-0', 1).then(
      () => false,
      () => true,
    )
    ok(isRejected, 'read after close resolves')
    await log.close()
  })
}

/** Appends that are tried again. */
export function testDedupe({ it }: Harness): void {
  it('appends once for a dedupeKey, and returns the first ids each time', async (open) => {
    const log = await open({})
    const first = await log.append([message('a'), message('b')], { dedupeKey: 'k' })
    await log.append([message('c')])
    equal(
      await log.append([message('a'), message('b')], { dedupeKey: 'k' }),
      first,
      'ids of the second append',
    )
    const other = await log.append([message('d')], { dedupeKey: 'k2' })
    equal(await log.append([message('d')], { dedupeKey: 'k2' }), other, 'ids of the other key')
    equal(
      (await readAll(log, '0-0')).map(({ data }) => data),
      ['a', 'b', 'c', 'd'],
      'data',
    )
  })

  it('appends once for a dedupeKey that is used twice at the same time', async (open) => {
    const log = await open({})
    const ids = await Promise.all(
      Array.from({ length: 10 }, () => log.append([message('a')], { dedupeKey: 'a key: with {braces}\n' })),
    )
    equal(
      ids,
      ids.map(() => ids[0]),
      'ids',
    )
    equal((await readAll(log, '0-0')).length, 1, 'number of entries')
  })
}
