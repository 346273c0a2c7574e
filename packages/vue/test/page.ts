import type { Page as PageProps, ViewProps } from 'conformance'
import { formatSnapshot } from 'conformance/format-snapshot'
import { defineComponent, h, type PropType, type VNode } from 'vue'
import { type BoundEventStream, provideStreamScope, useEventStream, useSSE } from '../src/index.ts'

/** Test page of the conformance suite. */
export const Page = defineComponent({
  props: {
    views: { type: Array as PropType<PageProps['views']>, default: () => [] },
    scopes: { type: Array as PropType<PageProps['scopes']>, default: () => [] },
  },
  setup: (props) => () => renderViews(props),
})

const Scope = defineComponent({
  props: { views: { type: Array as PropType<readonly ViewProps[]>, required: true } },
  setup(props) {
    provideStreamScope()
    return () => renderViews(props)
  },
})

const View = defineComponent({
  props: { view: { type: Object as PropType<ViewProps>, required: true } },
  setup(props) {
    const { stream } = props.view
    const bound: BoundEventStream<unknown> = stream
      ? useEventStream(stream)
      : useSSE(
          () => props.view.url,
          () => props.view.options ?? {},
        )
    return () => [
      h('p', formatSnapshot(bound.snapshot.value, props.view)),
      h('button', { class: 'open', onClick: bound.open }),
      h('button', { class: 'close', onClick: bound.close }),
    ]
  },
})

function renderViews({ views = [], scopes = [] }: PageProps): VNode {
  return h('div', [
    views.map((view, index) => h(View, { view, key: index })),
    scopes.map((group, index) => h(Scope, { views: group, key: index })),
  ])
}
