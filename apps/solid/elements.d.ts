import 'solid-js'

declare module 'solid-js' {
  namespace JSX {
    type Props = HTMLAttributes<HTMLElement>
    interface IntrinsicElements {
      'demo-rates': Props
      'demo-tabs': Props
      'demo-chart': Props
      'demo-weather-actions': Props
      'demo-time-line': Props
      'demo-facts': Props
      'demo-answer': Props
      'demo-proof': Props & { of: string }
      'demo-question': Props
      'demo-title': Props & { of: string }
    }
  }
}
