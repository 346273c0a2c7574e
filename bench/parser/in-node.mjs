// Measures every contender on every workload and prints JSON. Bundled, so that any version of Node can run it.
import { measure } from './measure.mjs'
import { BASE, OURS } from './names.mjs'
import { copying, peers } from './peers.mjs'
import { peersInNode } from './peers-in-node.mjs'
import { workloads } from './workloads.mjs'

const { rounds, which } = JSON.parse(process.argv[2])
const base = peers.filter((peer) => peer.name === BASE)
const ours = peers.filter((peer) => peer.name === OURS)
const contenders = { all: [...peers, ...peersInNode], two: [...ours, ...base], copying: [copying, ...base] }[
  which
]
const table = []
for (const workload of workloads) {
  console.error(`${process.version}: ${workload.name}`)
  table.push(await measure({ workload, peers: contenders, base: BASE, rounds, slowRounds: 5 }))
}
console.log(JSON.stringify({ runtime: `Node ${process.versions.node}`, table }))
