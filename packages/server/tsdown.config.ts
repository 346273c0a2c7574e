import { library } from '../../tsdown.base.ts'

export default library({
  index: 'src/index.ts',
  answers: 'src/answers.ts',
  redis: 'src/redis.ts',
  sqlite: 'src/sqlite.ts',
  testing: 'src/testing.ts',
})
