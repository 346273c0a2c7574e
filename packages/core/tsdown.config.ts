import { library } from '../../tsdown.base.ts'

export default library({
  index: 'src/index.ts',
  parser: 'src/protocol/index.ts',
  transport: 'src/connection/transport.ts',
  'tabs/index': 'src/tabs/index.ts',
  'llm/index': 'src/llm/index.ts',
  'testing/index': 'src/testing/index.ts',
})
