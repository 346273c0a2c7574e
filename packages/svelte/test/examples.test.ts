import { render, waitFor } from '@testing-library/svelte'
import { testExamples } from 'conformance'
import Answer from '../examples/answer.svelte'
import Headlines from '../examples/headlines.svelte'
import PriceStore from '../examples/price-store.svelte'
import Price from '../examples/price.svelte'
// Closes the stream that two examples share, after each test.
import '../src/testing.ts'
import { createAdapter } from './adapter.ts'

testExamples({
  act: createAdapter('Svelte').act,
  waitFor,
  price: { price: () => render(Price), 'price-store': () => render(PriceStore) },
  answer: (props) => render(Answer, props),
  headlines: () => render(Headlines),
})
