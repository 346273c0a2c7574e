import { type Ask, type Page as Asks } from 'conformance'
import { show } from 'conformance/show'
import { defineComponent, h, type PropType, type VNode } from 'vue'
import { type BoundEventStream, provideStreamScope, useEventStream, useSSE } from '../src/index.ts'

/** The page of the conformance suite. */
export const Page = defineComponent({
  props: {
    asks: { type: Array as PropType<Asks['asks']>, default: () => [] },
    scopes: { type: Array as PropType<Asks['scopes']>, default: () => [] },
  },
  setup: (props) => () => views(props),
})

const Scope = defineComponent({
  props: { asks: { type: Array as PropType<readonly Ask[]>, required: true } },
  setup(props) {
    provideStreamScope()
    return () => views(props)
  },
})

const View = defineComponent({
  props: { ask: { type: Object as PropType<Ask>, required: true } },
  setup(props) {
    const { stream } = props.ask
    const bound: BoundEventStream<unknown> = stream
      ? useEventStream(stream)
      : useSSE(
          () => props.ask.url,
          () => props.ask.options ?? {},
        )
    return () => [
      h('p', show(props.ask, bound.snapshot.value)),
      h('button', { class: 'open', onClick: bound.open }),
      h('button', { class: 'close', onClick: bound.close }),
    ]
  },
})

function views({ asks = [], scopes = [] }: Asks): VNode {
  return h('div', [
    asks.map((ask, index) => h(View, { ask, key: index })),
    scopes.map((group, index) => h(Scope, { asks: group, key: index })),
  ])
}
