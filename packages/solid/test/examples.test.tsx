import { render, waitFor } from '@solidjs/testing-library'
import { testExamples } from 'conformance'
import Answer from '../examples/answer.tsx'
import Headlines from '../examples/headlines.tsx'
import Price from '../examples/price.tsx'
import { adapter } from './adapter.tsx'

testExamples({
  act: adapter.act,
  waitFor,
  price: { price: () => render(() => <Price />) },
  answer: (props) => render(() => <Answer {...props} />),
  headlines: () => render(() => <Headlines />),
})
