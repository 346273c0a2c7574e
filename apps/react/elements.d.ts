import 'react'

type Props = React.DetailedHTMLProps<React.HTMLAttributes<HTMLElement>, HTMLElement>

declare module 'react' {
  namespace JSX {
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
