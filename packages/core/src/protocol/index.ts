export { createParserStream } from './parser-stream.ts'
export { createParser, type Parser, type ParserOptions } from './parser.ts'
