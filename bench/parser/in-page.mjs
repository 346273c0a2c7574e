// Measures one workload in a page with the contenders that run in browsers. Bundled.
import { measure } from './measure.mjs'
import { BASE } from './names.mjs'
import { peers } from './peers.mjs'
import { workloads } from './workloads.mjs'

globalThis.measureWorkload = (index, rounds) =>
  workloads[index] &&
  measure({ workload: workloads[index], peers: peers.slice(0, 2), base: BASE, rounds, slowRounds: 5 })
