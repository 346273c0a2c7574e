import type { ScriptedResponse, ScriptedServer } from './scripted-server.ts'

/** One behaviour of a client. `run` returns it in a few words, so that two clients can be compared. */
export interface Behaviour<Client> {
  readonly title: string
  /** Responses of the server, one for each request. The last one answers all further requests. */
  readonly responses: readonly ScriptedResponse[]
  run(client: Client, server: ScriptedServer): Promise<string>
}
