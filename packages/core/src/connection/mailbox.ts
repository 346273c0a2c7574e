/**
 * Creates a function that queues events and handles each one to completion before the next, so that a callback may send events
 * wherever it is called.
 */
export function createMailbox<Event>(handle: (event: Event) => void): (event: Event) => void {
  const queue: Event[] = []
  return (event) => {
    if (queue.push(event) > 1) return
    for (; queue[0]; queue.shift()) handle(queue[0])
  }
}
