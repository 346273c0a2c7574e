import { library } from '../../tsdown.base.ts'

export default library([
  'src/index.ts',
  'src/event-source.ts',
  'src/event-source-polyfill.ts',
  'src/fetch-event-source.ts',
])
