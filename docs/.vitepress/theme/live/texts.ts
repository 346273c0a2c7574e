import { chinese } from 'demo-shared/chinese'
import { english } from 'demo-shared/english'
import type { Fault } from './world.ts'

interface LiveTexts {
  readonly title: string
  readonly lead: string
  readonly break: string
  /** Label of each button, and what it has done. */
  readonly faults: Readonly<Record<Fault, readonly [label: string, done: string]>>
  readonly online: readonly [label: string, done: string]
  readonly bars: (first: number, last: number, replayed: number) => string
  readonly none: string
  readonly live: string
  readonly replayed: string
  readonly lost: string
  readonly proof: {
    readonly all: (first: number, last: number) => string
    readonly told: (count: number, missing: number) => string
    readonly broken: (missing: number, repeated: number) => string
  }
  readonly snapshot: string
  readonly log: string
}

export const texts: Readonly<Record<'en' | 'zh', LiveTexts>> = {
  en: {
    title: 'Water level at the mill',
    lead: 'A server in this page sends a reading each second. Break the connection to it.',
    break: 'Break it',
    faults: {
      cut: ['Cut', 'The connection was cut. The server goes on publishing.'],
      stall: ['Stall', 'The connection is open, and nothing comes through. idleTimeoutMs is 5 s here.'],
      unauthorized: ['401', 'The token has expired. The server answers 401 until headers brings a new one.'],
      unavailable: ['503', 'The server answers 503 twice, with Retry-After: 3.'],
      gap: ['Gap', 'The connection was cut, and the server published more than its log keeps.'],
      offline: ['Offline', 'The device is offline.'],
    },
    online: ['Online', 'The device is online again.'],
    bars: (first, last, replayed) =>
      `Messages ${first} to ${last}, of which ${replayed} were sent again after a break.`,
    none: 'No message yet',
    live: 'live',
    replayed: 'replayed',
    lost: 'lost, and said so',
    proof: {
      all: (first, last) => `All numbers from ${first} to ${last}, each once.`,
      told: (count, missing) =>
        `${missing} messages are missing. The server told of ${count} gap${count === 1 ? '' : 's'}.`,
      broken: (missing, repeated) =>
        `${missing} messages are missing and ${repeated} came twice, and nobody said so.`,
    },
    snapshot: 'The snapshot',
    log: 'The state machine',
  },
  zh: {
    title: '水车旁的水位',
    lead: '本页内的服务器每秒发送一次读数。试着打断与它的连接。',
    break: '打断连接',
    faults: {
      cut: ['切断', '连接已切断，服务器仍在继续发布消息。'],
      stall: ['卡住', '连接还开着，但没有数据通过。这里的 idleTimeoutMs 为 5 秒。'],
      unauthorized: ['401', '令牌已过期。在 headers 取得新令牌之前，服务器一律回应 401。'],
      unavailable: ['503', '服务器将两次回应 503，并带上 Retry-After: 3。'],
      gap: ['缺口', '连接已切断，而服务器发布的消息超出了日志的容量。'],
      offline: ['离线', '设备已离线。'],
    },
    online: ['上线', '设备已恢复联网。'],
    bars: (first, last, replayed) => `第 ${first} 条到第 ${last} 条消息，其中 ${replayed} 条是断线后补发的。`,
    none: '还没有消息',
    live: '实时',
    replayed: '补发',
    lost: '丢失，并已告知',
    proof: {
      all: (first, last) => `从 ${first} 到 ${last}，每个编号都恰好出现一次。`,
      told: (count, missing) => `缺失 ${missing} 条消息，服务器告知了 ${count} 处缺口。`,
      broken: (missing, repeated) => `缺失 ${missing} 条消息，重复 ${repeated} 条，服务器都没有告知。`,
    },
    snapshot: '快照',
    log: '状态机',
  },
}

/** Texts of the demo, which name the states. */
export const demoTexts = { en: english, zh: chinese } as const
