import { act, render } from '@testing-library/react'
import { createHarness } from 'conformance'
import { memo } from 'react'
import { expect, test } from 'vitest'
import { useEventSource } from '../src/index.ts'
import { chatRequest, openai, type Part, partialJson } from '../src/llm.ts'
import { adapter } from './adapter.tsx'

const harness = createHarness(adapter)

/** Keys of the parts that were rendered, in order. */
const rendered: string[] = []

const PartView = memo(({ part }: { part: Part }) => {
  rendered.push(part.key)
  if (part.type === 'tool-call') return <li>{JSON.stringify(partialJson(part.arguments))}</li>
  return <li>{'text' in part ? part.text : ''}</li>
})

function AnswerView() {
  const { data } = useEventSource('https://example.com/', {
    ...{ clock: harness.clock, fetch: harness.server.fetch },
    ...chatRequest({ model: 'a-model' }),
    fold: openai(),
  })
  return (
    <ul>
      {data.parts.map((part) => (
        <PartView key={part.key} part={part} />
      ))}
    </ul>
  )
}

const chunk = (delta: object) => `data: ${JSON.stringify({ choices: [{ delta }] })}\n\n`
const call = (id: string | undefined, text: string) =>
  chunk({
    tool_calls: [{ index: 0, ...(id && { id }), function: { ...(id && { name: 'f' }), arguments: text } }],
  })

test('a memoised view of a part renders only when the part has grown', async () => {
  const { container, unmount } = render(<AnswerView />)
  const request = await harness.nextRequest()
  const send = async (text: string) => {
    rendered.length = 0
    await act(() => harness.send(request, text))
    await harness.advance(100)
    return [...rendered]
  }
  expect(await send(chunk({ reasoning: 'Hm' }))).toEqual(['0'])
  expect(await send(chunk({ reasoning: '…' }))).toEqual(['0'])
  expect(await send(chunk({ content: 'It' }))).toEqual(['1'])
  expect(await send(chunk({ content: ' scatters.' }))).toEqual(['1'])
  expect(await send(call('a', '{"city":"Ber'))).toEqual(['0.2'])
  expect(await send(call(undefined, 'lin"}'))).toEqual(['0.2'])
  expect(await send(call('b', '{'))).toEqual(['0.3'])
  expect(await send(chunk({}))).toEqual([])
  expect([...container.querySelectorAll('li')].map((item) => item.textContent)).toEqual([
    'Hm…',
    'It scatters.',
    '{"city":"Berlin"}',
    '{}',
  ])
  unmount()
})
