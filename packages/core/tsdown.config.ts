import { library } from '../../tsdown.base.ts'

export default library(
  'src/index.ts',
  'src/parser.ts',
  'src/transport.ts',
  'src/llm/index.ts',
  'src/testing/index.ts',
)
