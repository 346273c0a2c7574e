// Measures every contender on every workload and prints JSON. Bundled, so that any version of Node can run it.
import { measure, measureAlone } from './measure.mjs'
import { BASE, OURS } from './names.mjs'
import { copying, peers } from './peers.mjs'
import { peersInNode } from './peers-in-node.mjs'
import { workloads } from './workloads.mjs'

const { rounds, which, alone, index } = JSON.parse(process.argv[2])
if (alone) {
  const peer = peers.find(({ name }) => name === alone)
  console.log(JSON.stringify(await measureAlone(peer, workloads[index])))
  process.exit()
}
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
