import { render, waitFor } from '@testing-library/vue'
import { testExamples } from 'conformance'
import Answer from '../examples/answer.vue'
import Headlines from '../examples/headlines.vue'
import Price from '../examples/price.vue'
import { adapter } from './adapter.ts'

testExamples({
  act: adapter.act,
  waitFor,
  price: { price: () => render(Price) },
  answer: (props) => render(Answer, { props }),
  headlines: () => render(Headlines),
})
