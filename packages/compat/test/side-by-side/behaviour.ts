import type { Answer, ScriptedServer } from './scripted-server.ts'

/** One thing that a client does, told in a few words, so that two clients can be held side by side. */
export interface Behaviour<Client> {
  readonly title: string
  /** What the server answers, request by request. */
  readonly answers: readonly Answer[]
  run(client: Client, server: ScriptedServer): Promise<string>
}
