import type { Page as PageProps, ViewProps } from 'conformance'
import { formatSnapshot } from 'conformance/format-snapshot'
import { defineComponent, h, type PropType, ref, type VNode, watch } from 'vue'
import {
  type BoundEventStream,
  provideStreamScope,
  type StreamDefaults,
  useEventStream,
  useSSE,
} from '../src/index.ts'

/** Test page of the conformance suite. */
export const Page = defineComponent({
  props: {
    views: { type: Array as PropType<PageProps['views']>, default: () => [] },
    scopes: { type: Array as PropType<PageProps['scopes']>, default: () => [] },
    defaults: { type: Array as PropType<PageProps['defaults']>, default: () => [] },
  },
  setup: (props) => () => renderViews(props),
})

const Scope = defineComponent({
  props: {
    views: { type: Array as PropType<readonly ViewProps[]>, required: true },
    defaults: { type: Array as PropType<readonly StreamDefaults[]>, required: true },
  },
  setup(props) {
    provideStreamScope(() => props.defaults[0])
    const renderInner = (): VNode =>
      props.defaults.length > 1
        ? h(Scope, { views: props.views, defaults: props.defaults.slice(1) })
        : renderViews(props)
    return renderInner
  },
})

const View = defineComponent({
  name: 'View',
  props: { view: { type: Object as PropType<ViewProps>, required: true } },
  setup(props) {
    const { stream } = props.view
    const count = ref(0)
    const bound: BoundEventStream<unknown> = stream
      ? useEventStream(stream)
      : useSSE(
          () => (props.view.changingUrl ? props.view.changingUrl(count.value) : props.view.url),
          () => props.view.options ?? {},
        )
    watch([bound.status, bound.data], () => count.value++)
    return () => [
      h('p', formatSnapshot(bound.snapshot.value, props.view)),
      h('button', { class: 'open', onClick: bound.open }),
      h('button', { class: 'close', onClick: bound.close }),
    ]
  },
})

function renderViews({ views = [], scopes = [], defaults = [] }: PageProps): VNode {
  return h('div', [
    views.map((view, index) => h(View, { view, key: index })),
    scopes.map((group, index) => h(Scope, { views: group, defaults, key: index })),
  ])
}
