import { mount as mountComponent } from 'svelte'
import View from './View.svelte'

export function mount(target, props) {
  mountComponent(View, { target, props })
}
