// Bundled for a page: the contestants that are made for one, a workload at a time.
import { measure } from './measure.mjs'
import { BASE } from './names.mjs'
import { peers } from './peers.mjs'
import { workloads } from './workloads.mjs'

globalThis.measureWorkload = (index, rounds) =>
  workloads[index] &&
  measure({ workload: workloads[index], peers: peers.slice(0, 2), base: BASE, rounds, slowRounds: 5 })
