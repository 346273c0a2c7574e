import 'expo'
import { createElement } from 'react'
import { AppRegistry } from 'react-native'
import { create } from 'react-test-renderer'
import { App } from './app'

AppRegistry.registerComponent('main', () => App)

// Renders the app where there is no device.
globalThis.mount = (props) => {
  const root = create(createElement(App, props))
  return () => root.unmount()
}
