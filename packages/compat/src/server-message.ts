const ports: readonly MessagePort[] = /* @__PURE__ */ Object.freeze([])

class PlainMessage extends Event {
  #data: string
  #origin: string
  #lastEventId: string

  constructor(type: string, data: string, origin: string, lastEventId: string) {
    super(type)
    this.#data = data
    this.#origin = origin
    this.#lastEventId = lastEventId
  }

  get data(): string {
    return this.#data
  }

  get origin(): string {
    return this.#origin
  }

  get lastEventId(): string {
    return this.#lastEventId
  }

  get source(): null {
    return null
  }

  get ports(): readonly MessagePort[] {
    return ports
  }

  // It tells that this class made the event, and not a script that dispatched one at the source. Where a browser holds the
  // word on each event itself, it stays false.
  override get isTrusted(): boolean {
    return true
  }
}

/**
 * A `MessageEvent` by its prototype, made as a plain event. The platforms' own constructor converts a dictionary, which costs
 * two to five times what it takes to make this and dispatch it.
 */
export const ServerMessage: typeof PlainMessage = /* @__PURE__ */ inherit(PlainMessage)

function inherit(Class: typeof PlainMessage): typeof PlainMessage {
  Object.setPrototypeOf(Class.prototype, MessageEvent.prototype)
  Reflect.deleteProperty(Class.prototype, 'constructor')
  return Class
}
