import { library } from '../../tsdown.base.ts'

export default library(['src/index.ts', 'src/llm.ts', 'src/tabs.ts', 'src/runes.ts', 'src/testing.ts'])
