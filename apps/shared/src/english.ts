const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`

/** All texts of the pages. `shell` has the texts of the frame around the app. */
export const english = {
  shell: {
    title: (framework: string) => `Headwater in ${framework}`,
    skip: 'Skip to the streams',
    frameworks: 'The same page in other frameworks',
    language: 'Language',
    theme: { system: 'Theme: system', light: 'Theme: light', dark: 'Theme: dark' },
    headline: 'Break the connection. Lose no message.',
    lead: 'Every message has a number. Break the connection in any way you like: no message is lost, none comes twice. This page checks every number.',
    choose: 'The same page in each framework. Choose yours.',
    open: 'Open the page',
    source: 'Each page is at most 120 lines of code. The shared code does not depend on a framework.',
  },
  status: {
    idle: 'idle',
    connecting: 'connecting',
    open: 'open',
    waiting: 'waiting',
    paused: 'paused',
    closed: 'closed',
  },
  detail: {
    idle: 'Not connected yet.',
    connecting: (attempt: number) => `Connecting, attempt ${attempt}.`,
    fresh: 'Connected for the first time.',
    resumed: (ms: number) => `Resumed after ${seconds(ms)} from the last message.`,
    gap: (ms: number) => `Reconnected after ${seconds(ms)}. The server says that messages are missing.`,
    unverified: (ms: number) => `Reconnected after ${seconds(ms)} with the id of the last message.`,
    restarted: (ms: number) => `Reconnected after ${seconds(ms)}, without an id to resume from.`,
    waiting: (attempt: number) => `Waiting for attempt ${attempt}.`,
    offline: 'This device is offline. Reconnects when it is back online.',
    hidden: 'The page is hidden. Reconnects when it is visible.',
    frozen: 'The browser froze the page. Reconnects when it resumes.',
    closed: 'You closed the connection.',
    ended: 'The server ended the stream.',
    failed: 'The connection failed and is not retried.',
  },
  open: 'Open',
  close: 'Close',
  retry: 'Retry now',
  market: {
    title: 'Market',
    lead: '200 symbols, 2,000 messages per second. The view updates once per frame and misses no message.',
    messages: 'messages/s',
    renders: 'renders/s',
    frames: 'frames/s',
    grid: '200 prices: green is up, red is down, striped is halted',
    chart: 'Price in the last minute of',
  },
  weather: {
    title: 'Network weather',
    lead: 'These six buttons break the connections of this tab only.',
    actions: {
      drop: ['Drop', 'Cut connections in the middle of a message'],
      silence: ['Stall', 'Keep connections open, send nothing for 10 s'],
      offline: ['Offline', 'Simulate an offline device for 5 s'],
      refuse: ['503', 'Disconnect, then 503 with Retry-After for 5 s'],
      slow: ['Slow', 'Send ten messages per second for 10 s'],
      clear: ['Clear', 'End all faults now'],
      kill: ['Kill it', 'Kill the process with SIGKILL, for all tabs'],
    },
    process: {
      serves: (process: number, count: number, pid: number) =>
        count === 1
          ? `One process serves this page (PID ${pid}).`
          : `Process ${process} of ${count} serves the market (PID ${pid}).`,
      none: 'No process serves the market now.',
    },
    done: (effect: string) => `${effect}.`,
    unreachable: 'The server did not answer. Start it and try again.',
    hint: 'Or restart the server: its log is new then, which is told as a gap.',
    counts: { messages: 'Messages', missing: 'Missing', repeated: 'Repeated' },
    complete: (first: number, last: number) => `All ids from ${first} to ${last}`,
    gaps: (first: number, last: number, count: number) =>
      `Ids from ${first} to ${last}. The server told of ${count} gap${count === 1 ? '' : 's'}.`,
    incomplete: (first: number, last: number) => `Not all ids from ${first} to ${last}`,
    noIds: 'No id yet',
    strip: 'The states of the last minute',
    log: 'The events of the connection, and the state after each',
  },
  news: {
    title: 'News',
    lead: 'A story every three seconds. Reload the page: it resumes from the id stored in this tab.',
  },
  chat: {
    title: 'Chat',
    lead: 'An answer over POST. It takes longer than the three seconds that a token is valid.',
    prompts: ['What is a river?', 'How does an answer resume?', 'Who pays for unread words?'],
    label: 'Your question',
    send: 'Send',
    stop: 'Stop',
    token: (ms: number) => (ms > 0 ? `Token valid for ${seconds(ms)}` : 'Token expired'),
    noToken: 'No token yet',
    tokens: (count: number) => `${count} token${count === 1 ? '' : 's'} used`,
    words: (count: number) => `${count} words`,
    empty: 'The answer appears here.',
    report: {
      answered: 'The server sent the whole answer.',
      'stopped by the client': (sent: number, of: number) => `The server stopped at word ${sent} of ${of}.`,
      'cut by the server': 'The server closed the connection.',
    },
  },
}

export type Texts = typeof english
